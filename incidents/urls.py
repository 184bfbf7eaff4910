"""Addresses of incidents."""

from django.urls import path

from . import views

app_name = "incidents"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("new/", views.new, name="new"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/reply/", views.say, {"internal": False}, name="reply"),
    path("<str:number>/note/", views.say, {"internal": True}, name="note"),
    path("<str:number>/edit/", views.edit, name="edit"),
    path("<str:number>/take/", views.take, name="take"),
    path("<str:number>/recurrence/", views.recurrence, name="recurrence"),
    path("<str:number>/do/<slug:name>/", views.do, name="do"),
]
