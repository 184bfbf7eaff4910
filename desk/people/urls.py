"""Addresses of people: the type-ahead that finds them, their page, and their absences."""

from django.urls import path

from . import views

app_name = "people"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("find/", views.find, name="find"),
    path("<str:username>/", views.profile, name="profile"),
    path("<str:username>/absences/<int:pk>/drop/", views.drop, name="drop"),
]
