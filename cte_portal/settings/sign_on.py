"""Single sign-on through one identity provider by OpenID Connect (docs/adr/0015). Without
OIDC_ISSUER there is none, and nothing of it is shown or asked.
"""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from cte_portal.settings.environment import LOOPBACK, PRODUCTION, env

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")
"""A host, and a port perhaps: it goes into the Content-Security-Policy as it is, where `*` or `;`
would let others through.
"""


def issuer() -> str:
    """The provider's name for itself, letter for letter as its tokens carry it."""
    value = env.str("OIDC_ISSUER", default="").strip()
    parts = urlsplit(value)
    practice = not PRODUCTION and parts.scheme == "http" and parts.hostname in LOOPBACK
    whole = parts.scheme == "https" or practice
    host = HOST.fullmatch(parts.netloc)
    if value and (not whole or not host or parts.query or parts.fragment):
        raise ImproperlyConfigured(
            f"OIDC_ISSUER is {value!r}; set it to the provider's issuer, like"
            " https://login.example.gov/oauth2/default"
        )
    return value


def names(variable: str) -> list[str]:
    return [name.strip() for name in env.str(variable, default="").split(",") if name.strip()]


OIDC_ISSUER = issuer()
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_SECRET = env.str("OIDC_SECRET", default="")
if OIDC_ISSUER and not (OIDC_CLIENT_ID and OIDC_SECRET):
    raise ImproperlyConfigured(
        "OIDC_ISSUER is set, and OIDC_CLIENT_ID or OIDC_SECRET is not. Set both, as the provider"
        " gave them."
    )
# How people call it: "Continue with …", "… does not answer".
OIDC_LABEL = env.str("OIDC_LABEL", default="Montana sign-in")
# Values of `acr`, or of `amr`, by which the provider says that it asked for a second factor.
OIDC_STRONG_ACR = names("OIDC_STRONG_ACR")
OIDC_STRONG_AMR = names("OIDC_STRONG_AMR")
