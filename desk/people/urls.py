"""Addresses of people: the type-ahead that finds them."""

from django.urls import path

from . import views

app_name = "people"
urlpatterns = [path("preferences/", views.preferences, name="preferences"), path("find/", views.find, name="find")]
