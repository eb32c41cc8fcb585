"""What is nobody's mistake and passes: a database that is busy or out of reach, a disk that is
full. Said in a sentence, as 503.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from enum import Enum

from django.db import DatabaseError, InterfaceError, OperationalError

BUSY_CODES = ("55P03", "40P01")  # lock not available, deadlock
FULL_CODES = ("53100",)
AWAY_CODES = ("08", "57P", "533")  # connection, shutdown, too many connections


class Unavailable(Enum):
    """The value is the sentence for the person."""

    BUSY = "The portal is busy right now."
    FULL = "The portal is out of storage space. We have to free up space first."
    AWAY = "The portal cannot reach its data right now."


def unavailable(error: BaseException | None) -> Unavailable | None:
    """What an error came of, if it is one of these; None for the portal's own faults."""
    return next((found for each in _chain(error) if (found := _of(each))), None)


def is_full(error: BaseException) -> bool:
    return unavailable(error) is Unavailable.FULL


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _of(error: BaseException) -> Unavailable | None:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable.FULL
    if (
        type(error).__module__.startswith("redis.")
        and "Connection" in type(error).__name__ + type(error).__base__.__name__  # type: ignore[union-attr]
    ):
        return Unavailable.AWAY
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    text, server = str(error), type(error.__cause__).__module__.startswith("psycopg")
    code = getattr(error.__cause__, "sqlstate", None) or ""
    if code in FULL_CODES or "disk is full" in text:
        return Unavailable.FULL
    if code in BUSY_CODES or "database is locked" in text:
        return Unavailable.BUSY
    lost = (
        server
        and isinstance(error, OperationalError | InterfaceError)
        and (not code or code.startswith(AWAY_CODES))
    )
    return Unavailable.AWAY if lost or "unable to open database file" in text else None
