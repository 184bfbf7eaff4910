"""Addresses of the queues: all of one's workgroups together, and each on its own."""

from django.urls import path

from . import views

app_name = "queues"
urlpatterns = [
    path("", views.queue, name="all"),
    path("<slug:slug>/", views.queue, name="queue"),
    path("<slug:slug>/team/", views.team, name="team"),
]
