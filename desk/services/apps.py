"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "desk.services"
    label = "services"
    verbose_name = _("Services, categories and sites")
