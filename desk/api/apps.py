"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "desk.api"
    label = "api"
    verbose_name = _("Programs")

    def ready(self) -> None:
        from . import schema  # noqa: F401  (describes to the schema how programs say who they are)
