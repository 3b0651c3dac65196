"""All settings. The environment is read here and nowhere else; docs/architecture.md lists its variables."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eventsync import environment, logs, messaging

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(mode=0o700, exist_ok=True)  # the roster and the secret key are in it
VERSION = "0.1.0"

DEBUG = environment.flag("EVENTSYNC_DEBUG")
SECRET_KEY = environment.secret_key("EVENTSYNC_SECRET_KEY", directory=VAR_DIR)
BASE_URL = environment.base_url("EVENTSYNC_BASE_URL", "http://127.0.0.1:8000")
REDIS_URL = environment.url("EVENTSYNC_REDIS_URL", "", ("redis", "rediss", "unix"))
PROXIES = environment.number("EVENTSYNC_PROXIES", 0, most=9)
BROKER = environment.choice("EVENTSYNC_BROKER", ("orm", "redis", "sqs"))
if BROKER == "redis" and not REDIS_URL:
    environment.stop("EVENTSYNC_BROKER is redis, so EVENTSYNC_REDIS_URL must say where it is.")
if BROKER == "sqs":
    environment.amazon("EVENTSYNC_BROKER is sqs")
JOB_TIMEOUT = environment.number("EVENTSYNC_JOB_TIMEOUT", 540, least=1, most=86_400)
# Unfinished jobs, soft and hard: see eventsync/jobs/pressure.py
IMPORTANT_JOBS = environment.two_numbers("EVENTSYNC_IMPORTANT_JOBS", (5_000, 20_000), most=1_000_000)
DROPPABLE_JOBS = environment.two_numbers("EVENTSYNC_DROPPABLE_JOBS", (1_000, 5_000), most=1_000_000)
JOBS_SHIFT = min(30, JOB_TIMEOUT)  # seconds that one word from the broker keeps a worker at work, and one job more

_base = urlsplit(BASE_URL)
_loopback = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = environment.hosts("EVENTSYNC_ALLOWED_HOSTS", [_base.hostname or "", *_loopback])
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]

INSTALLED_APPS = [
    "daphne",
    "eventsync",
    "eventsync.access",
    "eventsync.jobs",
    "eventsync.sync",
    "eventsync.schedule",
    "eventsync.control",
    "checkin",
    "notifications",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "csp",
    "django_prometheus",
    "django_q",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
]

MIDDLEWARE = [
    "eventsync.tracing.TraceMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "eventsync.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "eventsync.sync.marker.MarkerMiddleware",
    "eventsync.sync.epoch.EpochMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "eventsync.access.middleware.SecondStepMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "eventsync.urls"
ASGI_APPLICATION = "eventsync.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": environment.database("EVENTSYNC_DATABASE_URL", root=BASE_DIR)}
_writers = 2 if DATABASES["default"]["ENGINE"].endswith("sqlite") else 4
MAX_PUSHES = environment.number("EVENTSYNC_MAX_PUSHES", _writers, least=1, most=1000)
MARKER = environment.marker("EVENTSYNC_MARKER", DATABASES["default"], directory=VAR_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": environment.cache(REDIS_URL)}
CHANNEL_LAYERS = {"default": environment.redis_layer(REDIS_URL)}

_brokers: dict[str, dict[str, Any]] = {
    "orm": {"broker_class": "eventsync.jobs.asking.Orm", "orm": "default"},
    "redis": {"redis": environment.with_timeouts(REDIS_URL)},
    # Region and keys come from AWS's own variables. Without waiting for an answer it would ask all the time.
    "sqs": {"broker_class": "eventsync.jobs.sqs.Sqs", "sqs": {"receive_message_wait_time_seconds": 2}},
}
# django-q2 only carries that there is work: what is owed, how often and when is decided by our own row.
Q_CLUSTER = {
    "name": environment.word("EVENTSYNC_QUEUE", "eventsync"),
    "workers": 3,  # of which one is for partitions that have none
    "poll": 1,  # second in which the database, as broker, is asked for a word
    "guard_cycle": 1,  # second in which the library looks after its processes; they are at rest nearly all the time
    "queue_limit": 4,  # prefetched tasks would run twice after `retry`
    "timeout": JOB_TIMEOUT + JOBS_SHIFT,
    "retry": JOB_TIMEOUT + JOBS_SHIFT + 30,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,  # what was done is told by our own row
    "scheduler": False,  # chores are ours
    "label": "Queue",
    **_brokers[BROKER],
}

BACKUPS = environment.folder("EVENTSYNC_BACKUPS")
KEEP_DAYS = environment.number("EVENTSYNC_KEEP_DAYS", 30, least=1, most=3650)
WEBHOOKS_PRIVATE = environment.flag("EVENTSYNC_WEBHOOKS_PRIVATE")
NOTICE_ALONE = environment.number("EVENTSYNC_NOTICE_ALONE", 200, most=1_000_000)
# Browsers take pushes only by the key with which they subscribed, so it stays for the whole event.
VAPID_KEY = environment.vapid_key("EVENTSYNC_VAPID_KEY", directory=VAR_DIR)
PUSH_CONTACT = environment.contact("EVENTSYNC_PUSH_CONTACT", BASE_URL)
PUSH_PRIVATE = environment.flag("EVENTSYNC_PUSH_PRIVATE")
SMS = messaging.sms()
MAIL = messaging.mail()
EMAIL_BACKEND, EMAIL_FILE_PATH, DEFAULT_FROM_EMAIL = MAIL.backend, MAIL.folder, MAIL.sender or "nobody@localhost"
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.host, MAIL.port, MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.scheme == "smtp+tls", MAIL.scheme == "smtps"
EMAIL_TIMEOUT = 10  # seconds
ANYMAIL = MAIL.options

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "eventsync.access.backend.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
        for name in ("UserAttributeSimilarity", "CommonPassword", "NumericPassword")
    ),
]
SESSION_COOKIE_AGE = 12 * 3600  # seconds: a day at the desk
TWO_FACTOR = environment.flag("EVENTSYNC_TWO_FACTOR")
OTP_TOTP_ISSUER = "EventSync"
# An account and an address together: a whole venue comes from one address, and nobody locks others out of theirs.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 7
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "eventsync.access.lockout.address"
AXES_LOCKOUT_CALLABLE = "eventsync.access.lockout.locked"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False  # addresses and names of accounts are nobody's at the desk
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "admin:login"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "eventsync.formats"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a folder that is not there yet
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9A-Za-z_-]{8,12}\.(js|css|woff2|wasm)$"
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Where phones are to trust an authority of ours, it and what explains it must be had before they do; all else is HTTPS.
AUTHORITY = environment.file("EVENTSYNC_AUTHORITY")
SECURE_SSL_REDIRECT = AUTHORITY is not None
SECURE_SSL_HOST = _base.netloc
SECURE_REDIRECT_EXEMPT = [r"^trust", r"^static/"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _base.scheme == "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # admin actions on a page of people

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # each family of views names its own
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "eventsync.sync.errors.handle",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "EventSync",
    "DESCRIPTION": "The sync protocol, version 1: push operations, pull changes. docs/protocol.md explains it.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

TELEMETRY = environment.telemetry()
METRICS_TOKEN = environment.token("EVENTSYNC_METRICS_TOKEN")
environment.check_folder("PROMETHEUS_MULTIPROC_DIR")  # where web processes that share an address count together
PROMETHEUS_EXPORT_MIGRATIONS = False  # it would ask the database at each start

LOGGING = logs.configure(debug=DEBUG)
