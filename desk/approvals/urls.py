"""Addresses of approvals."""

from django.urls import path

from . import views

app_name = "approvals"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("agenda/", views.agenda, name="agenda"),
    path("stand-in/", views.stand_in, name="stand_in"),
    path("stand-in/<int:pk>/end/", views.end_stand_in, name="end_stand_in"),
    path("rounds/<int:pk>/add/", views.add, name="add"),
    path("<int:pk>/", views.seat, name="seat"),
]
