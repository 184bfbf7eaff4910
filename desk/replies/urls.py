"""Addresses of canned replies."""

from django.urls import path

from . import views

app_name = "replies"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.write, name="new"),
    path("<int:pk>/", views.write, name="edit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("for/<str:number>/", views.offered, name="offered"),
]
