"""Addresses for programs, version by version; each room brings its own views."""

from django.urls import path

from incidents import api as incidents

app_name = "api"
urlpatterns = [
    path("v1/alerts/", incidents.alerts, name="alerts"),
]
