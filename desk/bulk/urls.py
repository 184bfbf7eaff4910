"""Addresses of bulk runs."""

from django.urls import path

from . import views

app_name = "bulk"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.run, name="run"),
    path("<int:pk>/stop/", views.stop, name="stop"),
]
