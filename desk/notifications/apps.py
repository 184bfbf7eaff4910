"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "desk.notifications"
    label = "notifications"
    verbose_name = "Notifications and mail"
