"""Addresses of service requests; what all kinds of ticket do alike is done by the desk's views."""

from django.urls import path

from desk.tickets import views as desk

from . import views

app_name = "requests_fulfillment"
KIND = {"kind": "request"}
urlpatterns = [
    path("", views.mine, name="mine"),
    path("<str:number>/", desk.detail, KIND, name="detail"),
    path("<str:number>/reply/", desk.say, {**KIND, "internal": False}, name="reply"),
    path("<str:number>/note/", desk.say, {**KIND, "internal": True}, name="note"),
    path("<str:number>/edit/", desk.edit, KIND, name="edit"),
    path("<str:number>/take/", desk.take, KIND, name="take"),
    path("<str:number>/do/<slug:name>/", desk.do, KIND, name="do"),
    path("<str:number>/disruption/", views.disruption, name="disruption"),
]
