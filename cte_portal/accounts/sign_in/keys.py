"""The keys under which secrets of authenticator apps lie in the database (settings.MFA_KEYS): the
first encrypts, each of them reads. What was written before there was a key is read as it stands.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

MARK = "f1:"
"""What is encrypted begins with it; no secret in clear does, as those are letters and digits."""

SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}
"""Where an authenticator's data hold it. Codes that allauth once kept whole stand under
`migrated_codes`.
"""


class Unreadable(Exception):
    """No key of the settings opens this secret. A template shows nothing in its place."""

    silent_variable_failure = True


@lru_cache(maxsize=2)
def _locks(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def close(text: str) -> str:
    keys = tuple(settings.MFA_KEYS)
    return MARK + _locks(keys).encrypt(text.encode()).decode() if keys else text


def opened(text: str) -> str:
    if not text.startswith(MARK):
        return text
    try:
        keys = tuple(settings.MFA_KEYS)
        return _locks(keys).decrypt(text.removeprefix(MARK).encode()).decode() if keys else _no()
    except InvalidToken:
        return _no()


def _no() -> str:
    raise Unreadable


def rotate() -> tuple[int, list[int]]:
    """Every secret under the first key. How many rows were written, and the numbers of those that
    no key opens: while there is one, nothing is written.
    """
    with transaction.atomic():
        rows = list(Authenticator.objects.select_for_update().order_by("pk"))
        unreadable: list[int] = []
        for row in rows:
            try:
                row.data = _closed_anew(row)
            except Unreadable:
                unreadable.append(row.pk)
        if not unreadable:
            Authenticator.objects.bulk_update(rows, ["data"], batch_size=500)
    return (0 if unreadable else len(rows)), unreadable


def _closed_anew(row: Authenticator) -> dict[str, Any]:
    data = dict(row.data)
    name = SECRETS.get(row.type)
    if name in data:
        data[name] = close(opened(data[name]))
    if "migrated_codes" in data:
        data["migrated_codes"] = [close(opened(code)) for code in data["migrated_codes"]]
    return data
