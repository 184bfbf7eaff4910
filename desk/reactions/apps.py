"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class ReactionsConfig(AppConfig):
    name = "desk.reactions"
    label = "reactions"
    verbose_name = "Reactions and deliveries"
