"""Tells Django that this folder is an app."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "desk.search"
    label = "search"
    verbose_name = "Search"
