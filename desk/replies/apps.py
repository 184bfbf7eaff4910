"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class RepliesConfig(AppConfig):
    name = "desk.replies"
    label = "replies"
    verbose_name = "Canned replies"
