"""Tells Django that this folder is an app, and has names that follow from the code said in every language."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ITSMConfig(AppConfig):
    name = "itsm"
    label = "itsm"
    verbose_name = _("Portal")

    def ready(self) -> None:
        from .model_names import translate_them

        translate_them()
