"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssignmentConfig(AppConfig):
    name = "desk.assignment"
    label = "assignment"
    verbose_name = _("Routing")
