"""What the settings read: the environment, the mode, and the folders. What the demo has by itself,
production must be given.
"""

import os
import tomllib
from pathlib import Path

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]
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
LOOPBACK = {"localhost", "127.0.0.1"}
"""Hosts that practice may talk to without TLS."""

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


def fernet_keys(name: str) -> list[str]:
    """Keys of 32 bytes in URL-safe base64, separated by commas; none unless set."""
    keys = [key.strip() for key in env.str(name, default="").split(",") if key.strip()]
    for number_of, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"Key {number_of} of {name} is none. Make one with `openssl rand -base64 32 | tr"
                " '+/' '-_'`."
            ) from None
    return keys
