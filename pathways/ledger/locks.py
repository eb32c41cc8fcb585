"""The district locks, which last as long as the transaction (design: one lock a district; number 0
stands for OPI's reference data).

On SQLite the file's write lock, which every transaction holds from its start, is the lock of them
all.
"""

from django.db import connections

from cte_portal.editions import Edition, Scope

ADVISORY_LOCK = 4201  # the first key; the second is the district number
REFERENCE = 0
WAIT = "5s"


def lock_district(scope: Scope, *, exclusive: bool = False) -> None:
    """Hold a district of the District edition: shared by those who write single records, alone by
    those who write it whole.
    """
    _hold(int(scope.district), exclusive=exclusive, edition=Edition.DISTRICT)


def lock_at_state(scope: Scope) -> None:
    """Hold a district of the State edition; taken after the district's own."""
    _hold(int(scope.district), exclusive=True, edition=Edition.STATE)


def lock_reference(edition: Edition = Edition.DISTRICT) -> None:
    """Hold OPI's reference data. Taken before any district, and released before one is taken."""
    _hold(REFERENCE, exclusive=True, edition=edition)


def _hold(number: int, *, exclusive: bool, edition: Edition) -> None:
    connection = connections[edition.value]
    if connection.vendor != "postgresql":
        return
    shared = "" if exclusive else "_shared"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock{shared}(%s, %s)",
            [WAIT, ADVISORY_LOCK, number],
        )


def is_written(scope: Scope) -> bool:
    """Whether somebody holds the district of the District edition; where nobody does, nobody can
    until the transaction ends.
    """
    connection = connections[Edition.DISTRICT.value]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", [ADVISORY_LOCK, int(scope.district)]
        )
        return not cursor.fetchone()[0]
