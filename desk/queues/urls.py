"""Addresses of the queues: all of one's workgroups together, and each on its own; what is new on a ticket; commands."""

from django.urls import path

from . import views

app_name = "queues"
urlpatterns = [
    path("queues/", views.queue, name="all"),
    path("queues/<slug:slug>/", views.queue, name="queue"),
    path("queues/<slug:slug>/team/", views.team, name="team"),
    path("commands/", views.commands, name="commands"),
    path("live/<str:number>/", views.news, name="news"),
]
