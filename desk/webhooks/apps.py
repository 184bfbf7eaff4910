"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "desk.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"
