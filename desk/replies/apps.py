"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RepliesConfig(AppConfig):
    name = "desk.replies"
    label = "replies"
    verbose_name = _("Canned replies")
