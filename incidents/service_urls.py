"""Addresses of services and how they stand."""

from django.urls import path

from . import views

app_name = "services"
urlpatterns = [
    path("", views.services, name="index"),
    path("<int:pk>/", views.service, name="detail"),
    path("<int:pk>/raise/", views.raise_for_service, name="raise"),
]
