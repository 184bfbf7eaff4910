"""Addresses of pages about programs; those for programs themselves are in `itsm/api.py`."""

from django.urls import path

from . import views

app_name = "tokens"
urlpatterns = [
    path("new/", views.new, name="new"),
    path("reference/", views.reference, name="reference"),
    path("<int:pk>/revoke/", views.revoke, name="revoke"),
]
