"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class ITSMConfig(AppConfig):
    name = "itsm"
    label = "itsm"
    verbose_name = "Portal"
