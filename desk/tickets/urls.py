"""Addresses that all kinds of ticket share: links, lifecycles, attachments."""

from django.urls import path

from . import views

app_name = "tickets"
urlpatterns = [
    path("links/<str:number>/", views.links, name="links"),
    path("lifecycles/", views.lifecycles, name="lifecycles"),
    path("attachments/<uuid:key>/", views.attachment, name="attachment"),
]
