"""What is logged and measured, and that it holds nobody's data."""

from django.core.exceptions import ImproperlyConfigured

from cte_portal.settings.environment import env

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
