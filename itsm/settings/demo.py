"""Settings for `make run`: demo data, one-click sign-in, and the servers that the runner brought up."""

import json
import secrets

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import DATA_DIR, DATABASES, env

DEMO = env.bool("DEMO", default=True)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
_LOCAL = {"127.0.0.1", "localhost", "[::1]", "testserver"}
if DEMO and not DEBUG and not set(ALLOWED_HOSTS) <= _LOCAL and not env.bool("DEMO_ON_PUBLIC_HOST", default=False):
    raise ImproperlyConfigured(
        "Demo mode gives everybody the password `demo`, and ALLOWED_HOSTS names a public host. "
        "Set DEMO=0, or DEMO_ON_PUBLIC_HOST=1 if you really mean it."
    )

# Commands typed beside a running portal (`manage.py import_events …`) find its servers in this file.
_running = DATA_DIR / "run" / "services.json"
if _running.exists():
    _services = json.loads(_running.read_text())
    if not env("DATABASE_URL", default=""):
        DATABASES["default"].update(env.db_url_config(_services["DATABASE_URL"]))
    if not env("REDIS_URL", default=""):
        REDIS_URL = CELERY_BROKER_URL = _services["REDIS_URL"]
        CACHES = {"default": {"BACKEND": "itsm.cache.Cache", "LOCATION": REDIS_URL}}


def _secret_key() -> str:
    """The key in the environment, or one made once and kept in the data folder, readable by its owner only."""
    if given := env("SECRET_KEY", default=""):
        return given
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


SECRET_KEY = _secret_key()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "itsm.static_files.Files"},
}
if not env("EMAIL_URL", default=""):
    # Mail that nobody asked to be sent anywhere lies in a folder, which the administration shows.
    EMAIL_BACKEND = "desk.notifications.mailbox.FolderBackend"
if DEMO:
    AUTH_PASSWORD_VALIDATORS = []
