"""Addresses of the catalogue."""

from django.urls import path

from . import views

app_name = "catalogue"
urlpatterns = [
    path("", views.catalogue, name="index"),
    path("<slug:slug>/", views.item, name="detail"),
    path("<slug:slug>/draft/", views.draft, name="draft"),
]
