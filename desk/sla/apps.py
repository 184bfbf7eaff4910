"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    name = "desk.sla"
    label = "sla"
    verbose_name = _("Service levels")
