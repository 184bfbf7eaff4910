"""Addresses of drafts."""

from django.urls import path

from . import views

app_name = "drafts"
urlpatterns = [
    path("", views.keep, name="keep"),
    path("<uuid:token>/throw-away/", views.throw_away, name="throw_away"),
]
