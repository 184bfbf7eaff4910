"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class QueuesConfig(AppConfig):
    name = "desk.queues"
    verbose_name = "Queues"
