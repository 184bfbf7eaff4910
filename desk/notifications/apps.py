"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "desk.notifications"
    label = "notifications"
    verbose_name = _("Notifications and mail")
