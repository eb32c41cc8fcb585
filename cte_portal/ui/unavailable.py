"""What is nobody's mistake and passes: a database that is busy or out of reach, a disk that is
full, a store of files that is away. Said in a sentence, as 503.

The State edition alone may be out of reach: then only pages that are about the state say so, and
the rest of a page goes on without it.
"""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Iterator
from enum import Enum
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connections

from cte_portal.editions import Edition
from cte_portal.logs import name_of

log = logging.getLogger("cte_portal.unavailable")

Answer = TypeVar("Answer")

BUSY_CODES = ("55P03", "40P01")  # lock not available, deadlock
FULL_CODES = ("53100",)
AWAY_CODES = ("08", "57P", "533")  # connection, shutdown, too many connections
TOO_LONG = "57014"
LONG, PAUSE = 1, 10
"""Seconds: a state that took so long to say nothing is not asked again for a while, so that not
every page waits for it.
"""


class FilesAway(OSError):
    """The store of uploaded files and results does not answer."""


class Unavailable(Enum):
    """The value is the sentence for the person."""

    BUSY = "The portal is busy right now."
    FULL = "The portal is out of storage space. We have to free up space first."
    AWAY = "The portal cannot reach its data right now."
    FILES = (
        "The portal cannot reach its files right now. Uploads and downloads wait. Entering and"
        " searching records still work."
    )
    STATE = (
        "The state’s records cannot be reached right now. Sending, reports at the state and"
        " certifying wait. Entering and uploading records still work."
    )


def unavailable(error: BaseException | None) -> Unavailable | None:
    """What an error came of, if it is one of these; None for the portal's own faults."""
    return next((answer for cause in _chain(error) if (answer := _of(cause))), None)


_pause_until = _said_at = 0.0
SAY_EVERY = 60  # seconds


def if_state_answers(ask: Callable[[], Answer]) -> Answer | None:
    """What `ask` finds in the State edition; None while that is out of reach, busy or too slow. The
    page goes on without it and says so. Raises whatever else goes wrong.
    """
    global _pause_until, _said_at
    start = time.monotonic()
    if start < _pause_until:
        return None
    try:
        return ask()
    except (OperationalError, InterfaceError) as error:
        if unavailable(error) is None and getattr(error.__cause__, "sqlstate", "") != TOO_LONG:
            raise
        if time.monotonic() - start > LONG:
            _pause_until = time.monotonic() + PAUSE
        if start - _said_at > SAY_EVERY:
            _said_at = start
            log.warning("pages go on without the State edition: %s", name_of(error))
        return None


def only_the_state(why: Unavailable | None) -> bool:
    """Whether it is the State edition alone that is out of reach: the District edition answers."""
    if why is not Unavailable.AWAY:
        return False
    try:
        with connections[Edition.DISTRICT.value].cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True


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
    if isinstance(error, FilesAway):
        return Unavailable.FILES
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
