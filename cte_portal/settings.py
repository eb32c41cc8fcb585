"""Settings of the portal, read from the environment.

Two modes: `demo` (the default, what `manage.py up` uses; everything has a value and data live under
`var/`) and `production`, where a missing or unsafe value stops the start with a sentence that says
what to set. DEBUG is off in both.
"""

import os
import secrets
import tomllib
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
PORTAL_VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

PORTAL_MODE = env.str("PORTAL_MODE", default="")
if not PORTAL_MODE and env.str("DATABASE_URL", default=""):
    raise ImproperlyConfigured(
        "PORTAL_MODE is not set, and DATABASE_URL names a database. Set it to production, or to"
        " demo for practice."
    )
PORTAL_MODE = PORTAL_MODE or "demo"
if PORTAL_MODE not in {"demo", "production"}:
    raise ImproperlyConfigured(f"PORTAL_MODE is {PORTAL_MODE!r}; set it to demo or production.")
PRODUCTION = PORTAL_MODE == "production"
DEBUG = False

# What `up --reload` tells its own processes: templates are read anew for each page, and errors are
# told whole. No setting for an operator.
RELOAD = os.environ.get("PORTAL_RELOAD") == "1"
if RELOAD and PRODUCTION:
    raise ImproperlyConfigured(
        "PORTAL_RELOAD is set; errors would show student data. It belongs to practice data alone."
    )


def own_folder(path: Path) -> Path:
    """A folder for nobody's eyes but the portal's own: it holds students, sessions, and secrets of
    authenticator apps.
    """
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_uid == os.getuid():
        path.chmod(0o700)
    return path


def needed(name: str, demo: str, advice: str) -> str:
    """A value that the demo has by itself and production must give."""
    value = env.str(name, default="" if PRODUCTION else demo)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {advice}")
    return value


def yes_or_no(name: str, default: bool) -> bool:
    """A boolean that nothing but true and false can set: what looks like a yes must not be a no."""
    value = env.str(name, default=str(default)).strip().lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; set it to true or false, without quotation marks."
        )
    return value == "true"


def number(name: str, default: float, *, least: float = 0) -> float:
    """A number that is not smaller than `least`, or the sentence that names the variable."""
    value = env.str(name, default=str(default)).strip()
    try:
        amount = float(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to a number.") from None
    if not least <= amount < float("inf"):
        raise ImproperlyConfigured(f"{name} is {value}; it must be {least:g} or more.")
    return amount


def demo_secret() -> str:
    """The demo's own secret key: made once for each `var/`, never a value that other installations
    share.
    """
    path = own_folder(VAR_DIR) / "secret_key"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = (
    env.str("SECRET_KEY", default="")
    if PRODUCTION
    else env.str("SECRET_KEY", default="") or demo_secret()
)
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "SECRET_KEY needs 50 characters or more of its own; make one with `openssl rand -base64"
        " 48`."
    )

ALLOWED_HOSTS = [
    host.strip()
    for host in needed(
        "ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "Name the portal's own hosts, separated by commas.",
    ).split(",")
]
if PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is *; name the portal's own hosts.")

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_tables2",
    "csp",
    "django_htmx",
    "cte_portal.ui",
    "cte_portal.accounts",
    "cte_portal.batches",
    "cte_portal.watch",
    "pathways",
    "certification",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cte_portal.ui.middleware.CompressedPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "cte_portal.ui.middleware.ResponseHeadersMiddleware",
    "cte_portal.ui.middleware.MethodsMiddleware",
    "cte_portal.pages.upload_limit.UploadLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cte_portal.accounts.sign_in.middleware.IdleTimeoutMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cte_portal.accounts.sign_in.middleware.SecondFactorMiddleware",
    "cte_portal.watch.service.middleware.ServiceMiddleware",
    "cte_portal.ui.too_many.TooManyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "cte_portal.urls"
WSGI_APPLICATION = "cte_portal.wsgi.application"

TEMPLATE_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cte_portal.ui.context.portal",
            ],
            "loaders": (
                TEMPLATE_LOADERS
                if RELOAD
                else [("django.template.loaders.cached.Loader", TEMPLATE_LOADERS)]
            ),
            "debug": RELOAD,  # an error in a template names the file and line
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "ui/table.html"


# --- the two editions (docs/adr/0001)


def database(url_name: str, file_name: str) -> dict[str, object]:
    """PostgreSQL when the environment names one, else an SQLite file under `var/`."""
    url = env.str(url_name, default="")
    config = (
        env.db_url_config(url)
        if url
        else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / file_name)}
    )
    if config["ENGINE"] == "django.db.backends.sqlite3":
        file = own_folder(VAR_DIR) / file_name
        if not url and not PRODUCTION:
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # its journals get the same mode
            if file.stat().st_uid == os.getuid():
                file.chmod(0o600)
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA"
                " recursive_triggers=ON;"
            ),
        }
        config["TEST"] = {"NAME": str(VAR_DIR / f"test-{file_name}")}
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True  # session settings: cte_portal/connection.py
        # libpq's own, no start option of the server: a host that is gone is given up soon.
        config["OPTIONS"] = {"connect_timeout": 5, **config.get("OPTIONS", {})}  # type: ignore[dict-item]
    return config


DATABASES = {
    "default": database("DATABASE_URL", "district.sqlite3"),
    "state": database("STATE_DATABASE_URL", "state.sqlite3"),
}
if DATABASES["default"]["ENGINE"] != DATABASES["state"]["ENGINE"]:
    raise ImproperlyConfigured("DATABASE_URL and STATE_DATABASE_URL must both be set, or neither.")
if PRODUCTION and "sqlite3" in str(DATABASES["default"]["ENGINE"]):
    raise ImproperlyConfigured(
        "DATABASE_URL and STATE_DATABASE_URL are not set; production needs two PostgreSQL"
        " databases."
    )
if all(
    DATABASES["default"].get(key) == DATABASES["state"].get(key) for key in ("HOST", "PORT", "NAME")
):
    raise ImproperlyConfigured(
        "DATABASE_URL and STATE_DATABASE_URL name the same database; each edition needs its own."
    )
DATABASE_ROUTERS = ["cte_portal.editions.EditionRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = needed(
    "REDIS_URL", " ", "Sign-in limits need a cache that all web processes share."
).strip()
QUICK_CACHE = (
    {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "cache"),
    }
)
# The limits of sign-in are all that a cache is used for: while the quick one does not answer, a
# table stands in, and people sign in.
CACHES = {
    "default": {
        "BACKEND": "cte_portal.accounts.sign_in.steady_cache.SteadyCache",
        "OPTIONS": {"FIRST": "quick", "SECOND": "database"},
    },
    "quick": QUICK_CACHE,
    "database": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_limit",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}


# --- the Batch Queue (cte_portal/batches, docs/adr/0005)

BROKER_URL = env.str("BROKER_URL", default=REDIS_URL)
CELERY_BROKER_URL = BROKER_URL or "filesystem://localhost"
if BROKER_URL:
    # The visibility time-out is longer than any job: what comes back sooner is told apart by the
    # claim anyway.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "visibility_timeout": 4 * 3600,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
    }
else:
    QUEUE_DIR = VAR_DIR / "queue"
    for folder in ("", "messages", "control"):
        own_folder(QUEUE_DIR / folder)
    CELERY_BROKER_TRANSPORT = "cte_portal.batches.file_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "polling_interval": 0.1,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_TASK_DEFAULT_QUEUE = "district"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_LOST_WAIT = 1

BATCH_LEASE_SECONDS = number("BATCH_LEASE_SECONDS", 20)
BATCH_RENEW_SECONDS = number("BATCH_RENEW_SECONDS", 5)
BATCH_POLL_SECONDS = number("BATCH_POLL_SECONDS", 0.5)
BATCH_REPUBLISH_SECONDS = number("BATCH_REPUBLISH_SECONDS", 10)
BATCH_RETRY_FACTOR = number("BATCH_RETRY_FACTOR", 1)
# What one person may submit, and what one district may have waiting; commands of the operator are
# not counted.
JOBS_A_MINUTE = 20
JOBS_WAITING = 50


# --- certifying (certification)

# A figure that differs from the last sealed year by more than both of these is flagged, and its
# signer may write a note.
UNUSUAL_PERCENT = int(number("UNUSUAL_PERCENT", 25))
UNUSUAL_STUDENTS = int(number("UNUSUAL_STUDENTS", 5))


# --- people, sign-in, sessions (cte_portal/accounts)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "cte_portal.accounts.sign_in.passwords.EasyWordValidator"},
]

ACCOUNT_ADAPTER = "cte_portal.accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "cte_portal.accounts.sign_in.forms.SignInForm",
    "reauthenticate": "cte_portal.accounts.sign_in.forms.ConfirmForm",
    "change_password": "cte_portal.accounts.sign_in.forms.ChangePasswordForm",
    "reset_password": "cte_portal.accounts.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "cte_portal.accounts.sign_in.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {
    # What is counted for whom: cte_portal/accounts/limits.py. A state network may show 400
    # districts' clerks as one address.
    "login_failed": "5/15m/key,300/15m/ip",
    "login_failed_device": "10/15m/key",
    "login_failed_anywhere": "10/d/key",
    "code_failed": "5/15m/key",
    "code_failed_anywhere": "50/d/key",
    "proof_failed": "5/15m/key",
    "login": "600/m/ip",
    "reset_password": "200/h/ip,3/h/key",
    "reset_password_from_key": "100/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}

# Whether everybody needs an authenticator app beside the password. Codes of the half minute before
# and after count too, each once.
REQUIRE_MFA = yes_or_no("REQUIRE_MFA", PRODUCTION)
MFA_ADAPTER = "cte_portal.accounts.sign_in.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "cte_portal.accounts.sign_in.forms.SignInCodeForm",
    "reauthenticate": "cte_portal.accounts.sign_in.forms.ConfirmCodeForm",
    "activate_totp": "cte_portal.accounts.sign_in.forms.ActivateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "CTE Portal"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# The kinds of `ui/banner.html`; what is not named here is shown as info.
MESSAGE_TAGS = {
    message_levels.SUCCESS: "saved",
    message_levels.WARNING: "attention",
    message_levels.ERROR: "failed",
}

DEVICE_COOKIE_NAME = "__Host-device" if PRODUCTION else "device"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = int(number("SESSION_IDLE_SECONDS", 30 * 60, least=1))
SESSION_WARNING_SECONDS = int(number("SESSION_WARNING_SECONDS", 20 * 60))
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "cte_portal.ui.errors.csrf_failure"


# --- the wire

# The portal stands at its host's root: a header that gunicorn believes of a proxy would lead links
# and e-mails elsewhere.
FORCE_SCRIPT_NAME = ""
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if yes_or_no("BEHIND_TLS_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        # Sign-in limits count the visitor's address as the outermost of our proxies saw it, not the
        # proxy's own.
        ALLAUTH_TRUSTED_PROXY_COUNT = int(number("TRUSTED_PROXIES", 1))


# --- language, time, files

LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "America/Denver"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(
    env.str(
        "STATIC_ROOT", default=str(BASE_DIR / "staticfiles" if PRODUCTION else VAR_DIR / "static")
    )
)
if not PRODUCTION:
    own_folder(STATIC_ROOT)  # WhiteNoise warns when it is missing; the demo serves from the finders
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
if WHITENOISE_AUTOREFRESH := RELOAD:
    WHITENOISE_MAX_AGE = 0
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
MEDIA_ROOT = VAR_DIR / "files"

# What one uploaded file may weigh; the embedded database is for trial and small districts.
EMBEDDED = "sqlite3" in str(DATABASES["default"]["ENGINE"])
# What is too much to be right until somebody has typed the number (ADR 0011).
ROSTER_CHANGED_PERCENT = number("ROSTER_CHANGED_PERCENT", 75)
ROSTER_ENDED_PERCENT = number("ROSTER_ENDED_PERCENT", 10)
UPLOAD_MAX_MB = int(number("UPLOAD_MAX_MB", 20 if EMBEDDED else 256, least=1))
UPLOAD_MOST_ROWS = 20_000 if EMBEDDED else None
FILE_UPLOAD_HANDLERS = ["cte_portal.pages.upload_limit.LimitedUploadHandler"]
FILE_UPLOAD_TEMP_DIR = env.str("FILE_UPLOAD_TEMP_DIR", default=None)

try:
    EMAIL_CONFIG = env.email_url(
        "EMAIL_URL", default="consolemail://" if not PRODUCTION else "smtp://localhost:25"
    )
except (ImproperlyConfigured, KeyError, ValueError):
    raise ImproperlyConfigured(
        "EMAIL_URL names no mail server; set it to one like smtp+tls://user:password@mail:587"
    ) from None
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20  # seconds; the e-mail waits for a mail server that is slower
# What links in e-mails begin with; the demo takes it from the request.
PORTAL_ADDRESS = (
    needed("PORTAL_ADDRESS", " ", "Links in e-mails begin with it, like https://cte.example.gov")
    .strip()
    .rstrip("/")
)
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="cte-portal@localhost")


# --- what the pages say

HELP_NAME = env.str("HELP_NAME", default="AIM Unit")
HELP_HOURS = env.str("HELP_HOURS", default="weekdays 8 AM to 5 PM MT")
HELP_PHONE = needed("HELP_PHONE", "406-555-0142", "Every page names it.")
HELP_EMAIL = needed("HELP_EMAIL", "aim.help@opi.example", "Every page names it.")


# --- the apps, and how they meet (docs/adr/0012)

PORTAL_PLUGS = [
    "cte_portal.accounts.plug.PLUG",
    "cte_portal.batches.plug.PLUG",
    "cte_portal.watch.plug.PLUG",
    "pathways.plug.PLUG",
    "certification.plug.PLUG",
]
PORTAL_CERTIFIED = "certification.answers.ANSWERS"


# Who may collect /metrics: who sends this. Without it there is no such address.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise ImproperlyConfigured(
        "METRICS_TOKEN needs 32 characters or more; make one with `openssl rand -hex 32`."
    )

# One zone in all processes, with its distance from UTC; text for eyes, json for a collector.
LOG_FORMAT = env.str("LOG_FORMAT", default="text")
if LOG_FORMAT not in {"text", "json"}:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}; set it to text or json.")
LOGGING_CONFIG = "cte_portal.logs.configure"
THROUGH_ROOT = {"handlers": [], "propagate": True}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"private": {"()": "cte_portal.logs.PrivateFormatter"}},
    "filters": {"said": {"()": "cte_portal.logs.SaidByTheErrorPage"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "private", "filters": ["said"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "cte_portal": {"level": "INFO"},
        # These bring handlers of their own, with formatters that print what people typed.
        **dict.fromkeys(
            ("django", "django.server", "celery", "celery.task", "kombu", "multiprocessing"),
            THROUGH_ROOT,
        ),
        "gunicorn.error": {**THROUGH_ROOT, "level": "WARNING"},
        "gunicorn.access": {**THROUGH_ROOT, "level": "WARNING"},
        # Django's debug query log holds every value.
        "django.db.backends": {"level": "WARNING"},
    },
}

SILENCED_SYSTEM_CHECKS: list[str] = []
