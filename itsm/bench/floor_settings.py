"""Settings of the floor: the portal's own database and sessions, and nothing of its middleware."""

from itsm.settings.demo import *  # noqa: F403

ROOT_URLCONF = "itsm.bench.floor"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # which its app insists on; it looks at sign-in pages alone
]
