"""The authenticator app as second factor: who has one, which of its codes are spent, and the
picture to scan.
"""

from __future__ import annotations

from typing import Any

import qrcode
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.template.loader import render_to_string

LAST_STEP = "last_step"
"""In an authenticator's data: the time step of the newest code that was accepted. That code and all
before it are spent.
"""


def app_of(user: Any, *, hold: bool = False) -> Authenticator | None:
    """The person's authenticator app; held until the transaction ends if that is asked for."""
    authenticators = Authenticator.objects.select_for_update() if hold else Authenticator.objects
    return authenticators.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()


def secret_of(app: Authenticator) -> str:
    return str(decrypt(app.data["secret"]))


def time_step(secret: str, code: str) -> int | None:
    """The time step that a code of the app belongs to; None for what is no code of now."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return int(step)
    return None


def spent(app: Authenticator, step: int) -> bool:
    return step <= app.data.get(LAST_STEP, 0)


def spend(app: Authenticator, step: int | None) -> None:
    """`None` is a code that became one only while it was looked at: everything up to now is spent
    then.
    """
    app.data[LAST_STEP] = step or max(yield_hotp_counters_from_time())
    app.save(update_fields=["data"])


def picture(address: str) -> str:
    """The QR code of an address as SVG: one path of squares, light and dark whatever the page's
    colors are.
    """
    code = qrcode.QRCode(border=4)
    code.add_data(address)
    rows = code.get_matrix()
    squares = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return render_to_string("mfa/picture.html", {"size": len(rows), "squares": squares})
