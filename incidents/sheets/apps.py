"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SheetsConfig(AppConfig):
    name = "incidents.sheets"
    label = "sheets"
    verbose_name = _("Incidents from tables")
