"""Language and time, e-mail, whom the pages name, and which figures are unusual."""

import re

from django.core.exceptions import ImproperlyConfigured

from cte_portal.settings.environment import PRODUCTION, env, needed, number

SITE = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?", re.ASCII)

LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "America/Denver"
USE_TZ = True

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

HELP_NAME = env.str("HELP_NAME", default="AIM Unit")
HELP_HOURS = env.str("HELP_HOURS", default="weekdays 8 AM to 5 PM MT")
HELP_PHONE = needed("HELP_PHONE", "406-555-0142", "Every page names it.")
HELP_EMAIL = needed("HELP_EMAIL", "aim.help@opi.example", "Every page names it.")


def practice_portal() -> str:
    """Where the practice portal stands, without a slash at the end; empty where there is none."""
    address = env.str("PRACTICE_PORTAL", default="").strip().rstrip("/")
    if address and not SITE.fullmatch(address):
        raise ImproperlyConfigured(
            "PRACTICE_PORTAL is no address; set it to one like https://cte-practice.example.gov"
        )
    return address


PRACTICE_PORTAL = practice_portal()

# A figure that differs from the last sealed year by more than both of these is flagged, and its
# signer may write a note.
UNUSUAL_PERCENT = int(number("UNUSUAL_PERCENT", 25))
UNUSUAL_STUDENTS = int(number("UNUSUAL_STUDENTS", 5))
