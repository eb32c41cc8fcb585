"""The two editions (docs/adr/0001), and the cache."""

import os

from django.core.exceptions import ImproperlyConfigured

from cte_portal.settings.environment import PRODUCTION, VAR_DIR, env, needed, own_folder


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
            # Of Python's own 128 statements a page throws out what the next one asks, and SQLite
            # takes longer to read a statement than to answer it.
            "cached_statements": 500,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA"
                " recursive_triggers=ON;"
            ),
        }
        config["TEST"] = {"NAME": str(VAR_DIR / f"test-{file_name}")}
    else:
        config["CONN_MAX_AGE"] = 600  # with its plans, which take more than a minute to pay off
        config["CONN_HEALTH_CHECKS"] = True  # session settings: cte_portal/connection.py
        # libpq's own, no start option of the server: a host that is gone is given up soon.
        # Questions that are prepared keep their plan on the server too (cte_portal/prepared.py).
        config["OPTIONS"] = {
            "connect_timeout": 5,
            "prepare_threshold": 0,
            **config.get("OPTIONS", {}),  # type: ignore[dict-item]
        }
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
        "BACKEND": "cte_portal.accounts.sign_in.steady_cache.QuickCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "cache"),
    }
)
# While the quick cache does not answer a table stands in: the limits of sign-in hold, and people
# sign in. What pages keep in a cache they count anew without one.
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
