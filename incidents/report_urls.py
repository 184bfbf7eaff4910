"""Addresses of reports on incidents."""

from django.urls import path

from . import views

app_name = "incident_reports"
urlpatterns = [
    path("reopened/", views.reopened, name="reopened"),
    path("ratings/", views.ratings, name="ratings"),
    path("ratings/<int:pk>/answer/", views.answer_rating, name="answer"),
    path("ratings/<int:pk>/hide/", views.hide_rating, name="hide"),
    path("ratings/<int:pk>/show/", views.show_rating, name="show"),
]
