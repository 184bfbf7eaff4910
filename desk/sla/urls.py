"""Addresses of service levels."""

from django.urls import path

from . import views

app_name = "sla"
urlpatterns = [
    path("clocks/<str:number>/", views.clocks, name="clocks"),
    path("reports/sla/", views.report, name="report"),
    path("reports/sla/csv/", views.report_csv, name="report_csv"),
]
