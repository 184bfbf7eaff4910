"""Addresses of service levels."""

from django.urls import path

from . import views

app_name = "sla"
urlpatterns = [
    path("clocks/<str:number>/", views.clocks, name="clocks"),
]
