"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReactionsConfig(AppConfig):
    name = "desk.reactions"
    label = "reactions"
    verbose_name = _("Reactions and deliveries")
