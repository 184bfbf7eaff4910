"""Settings for a real site (Docker, systemd): everything from the environment, nothing guessed, HTTPS expected."""

from django.core.exceptions import ImproperlyConfigured

from itsm.runner.healthcheck import allowed_host

from .base import *  # noqa: F403
from .base import ALLAUTH_TRUSTED_PROXY_COUNT, env

DEMO = False
DEBUG = False
SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # former ones, which still open what they shut
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
PORTAL_URL = env("PORTAL_URL", default="").rstrip("/") or f"https://{allowed_host()}"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if not env("EMAIL_URL", default=""):
    raise ImproperlyConfigured(
        "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.org:587. Without it all mail would go to the log, "
        "with the links that reset passwords. EMAIL_URL=consolemail:// if that is what you want."
    )
if ALLAUTH_TRUSTED_PROXY_COUNT > 0:  # without a proxy in front anybody could claim to have come by HTTPS
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=30 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
SESSION_COOKIE_SECURE = env.bool("SESSION_COOKIE_SECURE", default=True)
CSRF_COOKIE_SECURE = env.bool("CSRF_COOKIE_SECURE", default=True)
LANGUAGE_COOKIE_SECURE = SESSION_COOKIE_SECURE
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "itsm.static_files.Files"},
}
