"""What every way of running shares; each value that a site may want to change comes from the environment."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()

INSTALLED_APPS = [
    "itsm.apps.ITSMConfig",
    "desk.people",
    "desk.drafts",
    "desk.services",
    "desk.reactions",
    "desk.tickets",
    "desk.search",
    "desk.knowledge",
    "desk.assignment",
    "desk.sla",
    "desk.approvals",
    "desk.queues",
    "desk.notifications",
    "desk.webhooks",
    "desk.replies",
    "desk.bulk",
    "desk.api",
    "incidents",
    "incidents.sheets",
    "workorders",
    "changes",
    "requests_fulfillment",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_fsm",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "pgtrigger",
    "template_partials",
    "tree_queries",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "itsm.middleware.PressedPages",
    "csp.middleware.CSPMiddleware",
    "desk.queues.middleware.NothingMoved",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "itsm.middleware.PlainAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "itsm.middleware.ViewerLanguage",
    "itsm.middleware.Outbox",
    "itsm.middleware.LastSeen",
    "itsm.middleware.Uploads",
    "itsm.middleware.SignInAgain",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "itsm.middleware.ViewerTimeZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "itsm.urls"
WSGI_APPLICATION = "itsm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "itsm.context.shell",
            ],
            "libraries": {"lucide": "itsm.icons"},  # the package's tag, with a memory
        },
    }
]

# -- data ---------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://itsm@127.0.0.1:5432/itsm")}
# Beside what the address itself asks for, such as ?sslmode=verify-full.
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": env.int("DATABASE_POOL", default=8),
    "timeout": 10,
}
# Asked for the third time, a statement is prepared: PostgreSQL thinks longer about a ticket's page than it works on it.
# Not behind a pooler that hands on single transactions: each would meet a server that knows nothing of it.
if env.bool("DATABASE_PREPARE", default=True):
    DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # no request gets a connection that a restart has cut
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "itsm.cache.Cache", "LOCATION": REDIS_URL}}
MEDIA_ROOT = DATA_DIR / "attachments"
FILE_UPLOAD_PERMISSIONS = 0o640

# -- people -------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "itsm.accounts.ClosedDoorAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a stranger gets the same answer as everybody, and no mail
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)  # whose X-Forwarded-For counts
# Failures are counted strictly; sign-ins that succeed generously, for a whole house may stand behind one address.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "10/m/ip,5/5m/key"}
# A second step for those who want one: codes of an app, and codes on paper for the day on which the phone is gone.
MFA_ADAPTER = "itsm.accounts.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from administrators
LAST_SEEN_SECONDS = 300  # so often at most it is written down that a browser was here
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "itsm.errors.csrf_failure"

# -- background work (DESIGN: a message is only a wake-up, timers are rows) -----------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "max_retries": 0,  # for a publisher: a wake-up isn't worth six seconds of a request while the broker is away
}
CELERY_TIMEZONE = "UTC"
SWITCHBOARD = "itsm.switchboard.SWITCHBOARD"

# -- the house's own settings ----------------------------------------------------------------
PORTAL_NAME = env("PORTAL_NAME", default="Northwind Health IT")
MFA_TOTP_ISSUER = PORTAL_NAME  # as the app names it
# Where people reach the portal, for links in mails.
# Machines of the internal network that webhooks may call, by name, address or network; WEBHOOK_TIMEOUT in seconds.
WEBHOOK_ALLOWED_HOSTS = env.list("WEBHOOK_ALLOWED_HOSTS", default=[])
WEBHOOK_TIMEOUT = env.int("WEBHOOK_TIMEOUT", default=5)
PORTAL_URL = env("PORTAL_URL", default="").rstrip("/") or "http://127.0.0.1:8000"
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=15 * 1024 * 1024)
ATTACHMENT_MAX_FILES = env.int("ATTACHMENT_MAX_FILES", default=10)
ATTACHMENT_TYPES = env.list(
    "ATTACHMENT_TYPES",
    default="png jpg jpeg gif webp heic pdf txt log csv eml msg docx xlsx pptx odt ods zip".split(" "),  # noqa: SIM905
)
INCIDENT_CONFIRM_DAYS = env.int("INCIDENT_CONFIRM_DAYS", default=5)  # working days until Resolved closes by itself
INCIDENT_REMIND_DAYS = env.int("INCIDENT_REMIND_DAYS", default=3)  # working days until its requester is asked again
INCIDENT_REOPEN_DAYS = env.int("INCIDENT_REOPEN_DAYS", default=14)  # after this a recurrence is logged instead
INCIDENT_REOPEN_MOST = env.int("INCIDENT_REOPEN_MOST", default=0)  # times one is reopened, then the same; 0: no limit
# Bursts: so many people with trouble on one service or site, that would be by chance with less than BURST_CHANCE.
BURST_LEAST = env.int("BURST_LEAST", default=5)
BURST_CHANCE = env.float("BURST_CHANCE", default=1e-6)
BURST_FLOOR = env.float("BURST_FLOOR", default=0.25)  # an hour; where less is reported, so many count as usual
BURST_WEEKS = env.int("BURST_WEEKS", default=8)  # of the same hour that say what is usual
BURST_LAPSE_HOURS = env.int("BURST_LAPSE_HOURS", default=12)  # without a decision
BURST_QUIET_MINUTES = env.int("BURST_QUIET_MINUTES", default=240)  # after a decision
KNOWLEDGE_REVIEW_DAYS = env.int("KNOWLEDGE_REVIEW_DAYS", default=180)  # until an article is to be looked at again
CURRENCY = env.str("CURRENCY", default="€")  # before what the catalogue's items cost
REQUEST_CONFIRM_DAYS = env.int("REQUEST_CONFIRM_DAYS", default=5)  # Delivered closes by itself after this
DRAFT_DAYS = env.int("DRAFT_DAYS", default=30)  # after which what nobody went on with is forgotten
REACTION_MAX_ATTEMPTS = env.int("REACTION_MAX_ATTEMPTS", default=8)
METRICS_TOKEN = env("METRICS_TOKEN", default="")  # who brings it reads /metrics; without one only this machine does

API_PER_MINUTE = env.int("API_PER_MINUTE", default=600)  # requests that a token may make
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["desk.api.authentication.ByToken"],
    "DEFAULT_PERMISSION_CLASSES": ["desk.api.permissions.InScope"],
    "DEFAULT_THROTTLE_CLASSES": ["desk.api.permissions.PerToken"],
    "DEFAULT_PARSER_CLASSES": ["desk.api.parsing.BoundedJSON"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "desk.api.paging.ByCursor",
    "DEFAULT_SCHEMA_CLASS": "desk.api.schema.Described",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "desk.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "IT service portal",  # not this portal's own name: generated clients are called by it
    "DESCRIPTION": "Everything that the pages can do, by the same rules.",
    "VERSION": "1.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["desk.api.schema.finish", "incidents.api.describe_alerts"],
}

# -- pages ---------------------------------------------------------------------------------
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = env("PORTAL_LANGUAGE", default="en-gb")  # of what nobody in particular reads, and of who chose none
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"  # of visitors; the account holds what somebody chose who is signed in
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = env("TIME_ZONE", default="Europe/Berlin")
USE_I18N = True
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
MAIL_FOLDER = DATA_DIR / "mail"  # for desk.notifications.mailbox, where there is no mail server
EMAIL_TIMEOUT = 10  # seconds for each step of a conversation with the mail server
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="it@example.org")

# -- safety --------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"}},
    "filters": {"refusals_in_a_line": {"()": "itsm.logs.RefusalsInALine"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["refusals_in_a_line"]}
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"level": "WARNING"}},
}
