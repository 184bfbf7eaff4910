"""Addresses of work orders; what all kinds of ticket do alike is done by the desk's views."""

from django.urls import path

from desk.tickets import views as desk

from . import views

app_name = "workorders"
KIND = {"kind": "work_order"}
urlpatterns = [
    path("", views.my_day, name="my_day"),
    path("new/<str:parent>/", views.new, name="new"),
    path("new/<str:parent>/template/", views.from_template, name="template"),
    path("tick/<int:pk>/", views.tick, name="tick"),
    path("<str:number>/", desk.detail, KIND, name="detail"),
    path("<str:number>/reply/", desk.say, {**KIND, "internal": False}, name="reply"),
    path("<str:number>/note/", desk.say, {**KIND, "internal": True}, name="note"),
    path("<str:number>/edit/", desk.edit, KIND, name="edit"),
    path("<str:number>/take/", desk.take, KIND, name="take"),
    path("<str:number>/do/<slug:name>/", desk.do, KIND, name="do"),
    path("<str:number>/depend/", views.depend, name="depend"),
    path("<str:number>/again/", views.again, name="again"),
    path("<str:number>/without/", views.without, name="without"),
    path("<str:number>/give-up/", views.give_up, name="give_up"),
]
