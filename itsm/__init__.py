"""The roof: the Django project, which wires the rooms together and owns no business rule."""

from .celery import app as celery_app

__all__ = ["celery_app"]
