"""Addresses that all kinds of ticket share: queues, lifecycles, attachments."""

from django.urls import path

from . import views

app_name = "tickets"
urlpatterns = [
    path("queues/", views.queues, name="queues"),
    path("queues/<slug:slug>/", views.queue, name="queue"),
    path("queues/<slug:slug>/team/", views.team, name="team"),
    path("links/<str:number>/", views.links, name="links"),
    path("lifecycles/", views.lifecycles, name="lifecycles"),
    path("attachments/<uuid:key>/", views.attachment, name="attachment"),
]
