"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class AssignmentConfig(AppConfig):
    name = "desk.assignment"
    label = "assignment"
    verbose_name = "Routing"
