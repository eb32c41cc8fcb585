"""What the portal's health says of the emergency accounts, before the last of them is needed."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from cte_portal.accounts.duties.emergency import FEWEST, named
from cte_portal.accounts.sign_in.sign_on.standing import required_of_all, standing
from cte_portal.watch.reading import Level, Reading


def emergency_accounts() -> Iterator[Reading]:
    """How many could sign in; nothing where passwords count anyway."""
    if not required_of_all():
        return
    ready = standing().count()
    unready = named().count() - ready
    words = f"{ready} can sign in while {settings.OIDC_LABEL} is away."
    if not ready:
        words = f"None can sign in while {settings.OIDC_LABEL} is away."
    elif ready < FEWEST:
        words = f"Only {words}"
    if unready:
        words = f"{words} Named but not ready: {unready}."
    if ready < FEWEST:
        words = f"{words} Name another one on Required single sign-on."
    level = Level.DEGRADED if ready < FEWEST else Level.GOOD
    yield Reading("Emergency accounts", level, words)
