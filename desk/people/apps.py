"""Tells Django that this folder is an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "desk.people"
    label = "people"
    verbose_name = _("People and workgroups")
