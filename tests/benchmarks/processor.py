"""What a benchmark measures by: seconds of processor time, of this process and of its PostgreSQL
server. Other work on the machine lengthens a second of the clock more than one of these.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection, connections, transaction


def spent() -> float:
    """Seconds of processor time until now, of this process and of the server with all its sessions,
    those that have ended among them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = processes()[str(cursor.fetchone()[0])][1]
    of_server = [
        sum(map(int, fields[11:15] if process == server else fields[11:13]))
        for process, fields in processes().items()
        if server in (process, fields[1])
    ]
    return time.process_time() + sum(of_server) / os.sysconf("SC_CLK_TCK")


def spent_here() -> float:
    """Seconds of processor time until now, of this process and, by the nanosecond, of its own
    sessions with PostgreSQL: for pages, which take less than a tick of the system's clock.
    """
    sessions = [
        each.connection.info.backend_pid
        for each in connections.all(initialized_only=True)
        if each.vendor == "postgresql" and each.connection
    ]
    of_sessions = (Path(f"/proc/{pid}/schedstat").read_text().split()[0] for pid in sessions)
    return time.process_time() + sum(map(int, of_sessions)) / 1e9


def processes() -> dict[str, list[str]]:
    """What the system says of each: state, parent, …"""
    fields = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields[file.parent.name] = file.read_text().rpartition(")")[2].split()
    return fields


def taken_back(act: Callable[[], object], *tables: str) -> float:
    """Seconds of an act and of the foreign keys that its commit would check. What it wrote is
    undone, and the room that this took in the tables is given back.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        started = spent()
        act()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        seconds = spent() - started
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        transaction.set_rollback(True)
    if not connection.in_atomic_block:  # as it is in the suite, whose tables are small
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"VACUUM ANALYZE {table}")
    return seconds


def by_turns(runs: int, hand: Callable[[], float], own: Callable[[], float]) -> tuple[float, float]:
    """The medians of both, one after the other in each run, so that whatever else the machine does
    falls on both.
    """
    hands, owns = [], []
    for _ in range(runs):
        hands.append(hand())
        owns.append(own())
    return statistics.median(hands), statistics.median(owns)
