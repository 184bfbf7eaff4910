"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "desk.bulk"
    label = "bulk"
    verbose_name = "Bulk runs"
