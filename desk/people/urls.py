"""Addresses of people: the type-ahead that finds them, their page, and their absences."""

from django.urls import path

from . import place_views, views

app_name = "people"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("places/end-others/", place_views.end_other_places, name="end_other_places"),
    path("places/<int:pk>/end/", place_views.end_place, name="end_place"),
    path("find/", views.find, name="find"),
    path("<str:username>/", views.profile, name="profile"),
    path("<str:username>/absences/<int:pk>/drop/", views.drop, name="drop"),
]
