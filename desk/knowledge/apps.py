"""Tells Django that this folder is an app, and the search page that articles answer too."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "desk.knowledge"
    label = "knowledge"
    verbose_name = _("Knowledge")

    def ready(self) -> None:
        from desk.search import others

        from .queries import best

        others.register("knowledge/found.html", best)
