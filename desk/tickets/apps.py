"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "desk.tickets"
    label = "tickets"
    verbose_name = _("Tickets")
