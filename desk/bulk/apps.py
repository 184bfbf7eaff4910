"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulkConfig(AppConfig):
    name = "desk.bulk"
    label = "bulk"
    verbose_name = _("Bulk runs")
