"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "desk.approvals"
    label = "approvals"
    verbose_name = "Approvals"
