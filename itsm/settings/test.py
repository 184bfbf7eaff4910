"""Settings for tests: the real database and broker, quick password hashing, mail kept in memory."""

import os

from .base import *  # noqa: F403
from .base import CACHES, DATABASES

DEMO = True
DEBUG = False
SECRET_KEY = "only-for-tests-" + "x" * 48
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PORTAL_URL = "https://portal.example"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The processes of one test run share a Redis, and each has a database of its own in which the same ids are others.
CACHES["default"]["KEY_PREFIX"] = f"test-{os.getpid()}"
# Threads in a test take connections of their own; a pool would outlive the test's database.
DATABASES["default"]["OPTIONS"].pop("pool", None)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LAST_SEEN_SECONDS = 0  # not at all: a test counts the statements of its page; tests of it set it
ACCOUNT_RATE_LIMITS = {"login": "10000/m/ip", "login_failed": "10000/m/ip,5/5m/key"}
