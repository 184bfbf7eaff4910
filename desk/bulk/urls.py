"""Addresses of bulk runs."""

from django.urls import path

from . import views

app_name = "bulk"
urlpatterns = [
    path("", views.index, name="index"),
    path("select/", views.select, name="select"),
    path("<int:pk>/", views.run, name="run"),
]
