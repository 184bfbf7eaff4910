"""Addresses of changes; what all kinds of ticket do alike is done by the desk's views."""

from django.urls import path

from desk.tickets import views as desk

from . import views

app_name = "changes"
KIND = {"kind": "change"}
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/feeds/", views.feeds, name="feeds"),
    path("calendar/feeds/<int:pk>/renew/", views.renew_feed, name="renew_feed"),
    path("calendar/feeds/<int:pk>/remove/", views.remove_feed, name="remove_feed"),
    path("feed/<str:token>.ics", views.feed, name="feed"),
    path("check/", views.check, name="check"),
    path("record/", views.record, name="record"),
    path("<str:number>/", desk.detail, KIND, name="detail"),
    path("<str:number>/reply/", desk.say, {**KIND, "internal": False}, name="reply"),
    path("<str:number>/note/", desk.say, {**KIND, "internal": True}, name="note"),
    path("<str:number>/edit/", desk.edit, KIND, name="edit"),
    path("<str:number>/take/", desk.take, KIND, name="take"),
    path("<str:number>/do/<slug:name>/", desk.do, KIND, name="do"),
    path("<str:number>/interruption/", views.interruption, name="interruption"),
]
