"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "desk.services"
    label = "services"
    verbose_name = "Services, categories and sites"
