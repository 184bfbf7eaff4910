"""Tells Django that this folder is an app, and the search page that articles answer too."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "desk.knowledge"
    label = "knowledge"
    verbose_name = "Knowledge"

    def ready(self) -> None:
        from desk.search import others

        from .queries import best

        others.register("knowledge/found.html", best)
