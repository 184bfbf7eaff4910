"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "desk.drafts"
    label = "drafts"
    verbose_name = "Drafts"
