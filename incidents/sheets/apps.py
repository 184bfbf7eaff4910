"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "incidents.sheets"
    label = "sheets"
    verbose_name = "Incidents from tables"
