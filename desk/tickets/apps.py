"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "desk.tickets"
    label = "tickets"
    verbose_name = "Tickets"
