"""What the portal needs of a connection to its databases, and what is done with each new one.

The State edition gets its guard. On PostgreSQL the portal's own session settings are set by a
statement, which a pooler passes on, and not by start options, which one drops. The first connection
of each process is looked at before anything uses it: staged rows and session settings live as long
as a connection, so a pooler that gives each transaction another one is refused, with the setting
that cures it. How each is best given the values of a statement that is kept is said here as well.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, OperationalError, connections

from cte_portal.editions import Edition, prepare

log = logging.getLogger("cte_portal.connection")

# jit costs 2.2 s against 0.10 s on the catalogue's query; the time-outs are a page's, a worker
# takes longer ones. Only prepared questions are given their values apart (prepared.py): PostgreSQL
# would plan each of them anew for its first five times on a connection, which takes longer than
# to answer it. Both editions fit into memory, where a row by an index costs little more than the
# next one of a table: by PostgreSQL's own figure, of a disk that turns, a district's few hundred
# rows were looked for in the whole state's. A page leaves other cores to other pages.
SESSION = {
    "jit": "off",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "1min",
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
}
MOST_PREPARED = 500
"""Statements that a connection keeps prepared. Of psycopg's own hundred a page throws out what
another one needs, and has it planned again.
"""
MARK = "cte_portal.connection"
ROUNDS = 5
PATIENCE = 10  # seconds for each answer while a connection is looked at
VARIABLES = {Edition.DISTRICT.value: "DATABASE_URL", Edition.STATE.value: "STATE_DATABASE_URL"}


class UnfitConnection(ImproperlyConfigured):
    """The connection does not keep what the portal puts there; the message names the setting that
    cures it.
    """


_fit: set[str] = set()
_looking = threading.Lock()


def opened(sender: Any, connection: Any, **_: Any) -> None:
    """Receiver of `connection_created`, the only receiver there is."""
    prepare(connection)
    if connection.vendor != "postgresql" or connection.alias not in VARIABLES:
        return
    try:
        _set_up(connection)
        if connection.alias not in _fit:
            with _looking:
                if connection.alias not in _fit:
                    look(connection)
                    _fit.add(connection.alias)
    except BaseException:
        connection.close()
        raise


def look_at_all() -> None:
    """Look at both databases now: web, dispatcher and workers do so before they begin. Raises
    UnfitConnection.

    A database that is out of reach is no reason not to start: the connection is looked at when it
    comes.
    """
    for alias, variable in VARIABLES.items():
        try:
            connections[alias].ensure_connection()
        except (OperationalError, InterfaceError):
            log.warning("the database of %s does not answer", variable)
        finally:
            if not connections[alias].in_atomic_block:  # somebody's own work goes on in it
                with suppress(DatabaseError, InterfaceError):
                    connections[alias].close()


def _set_up(connection: Any) -> None:
    connection.connection.prepared_max = MOST_PREPARED
    pairs = [item for pair in SESSION.items() for item in pair]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(SESSION))}", pairs)


def look(connection: Any) -> None:
    """Leave a mark on the connection, and let two more ask for a transaction at once. Raises
    UnfitConnection.

    Behind a pooler that gives out connections by transaction one of the two meets the mark, or the
    mark is gone afterwards.
    """
    variable, mark = VARIABLES[connection.alias], secrets.token_hex(8)
    with _named(variable), connection.cursor() as cursor, _others(connection) as links:
        cursor.execute("SELECT set_config(%s, %s, false)", [MARK, mark])
        if connection.alias == Edition.DISTRICT.value:
            _keeps_a_table(cursor, mark)
        for _ in range(ROUNDS):
            for link in links:
                link.execute("BEGIN")
                if _marked(link) == mark:
                    raise UnfitConnection(_exchanged(variable))
            names = ", ".join(["current_setting(%s, true)"] * (1 + len(SESSION)))
            cursor.execute(f"SELECT {names}", [MARK, *SESSION])
            value, *settings = cursor.fetchone()
            if value != mark:
                raise UnfitConnection(_exchanged(variable))
            if settings != list(SESSION.values()):
                raise UnfitConnection(
                    f"{variable}: the connection does not keep session settings"
                    f" ({', '.join(SESSION)}). Connect to PostgreSQL itself, or to a pooler that"
                    " leaves SET alone: for PgBouncer set pool_mode = session."
                )
            for link in links:
                link.execute("ROLLBACK")


def _keeps_a_table(cursor: Any, mark: str) -> None:
    try:
        cursor.execute(f"CREATE TEMPORARY TABLE look_{mark} ()")
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == "42501":
            raise UnfitConnection(
                "DATABASE_URL: this role may not make temporary tables. As the owner of the server:"
                " GRANT TEMPORARY ON DATABASE … TO …"
            ) from error
        raise
    try:
        cursor.execute(f"DROP TABLE look_{mark}")
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == "42P01":
            raise UnfitConnection(_exchanged("DATABASE_URL")) from error
        raise


def _exchanged(variable: str) -> str:
    return (
        f"{variable} leads to a pooler that gives each transaction another connection. The portal"
        " keeps rows and settings on its own, so it does not start. For PgBouncer set pool_mode ="
        " session for this database, or connect to PostgreSQL itself (docs/deploy.md)."
    )


def _marked(link: psycopg.Connection[Any]) -> str | None:
    row = link.execute("SELECT current_setting(%s, true)", [MARK]).fetchone()
    return row[0] if row else None


@contextmanager
def _others(connection: Any) -> Iterator[list[psycopg.Connection[Any]]]:
    """Two more connections. What does not answer in time, because every connection is taken, is cut
    off.
    """
    parameters = {
        **connection.get_connection_params(),
        "autocommit": True,
        "connect_timeout": PATIENCE,
    }
    links: list[psycopg.Connection[Any]] = []
    watch = threading.Timer(PATIENCE, _cut, [connection.connection, links])
    watch.daemon = True
    watch.start()
    try:
        links += [psycopg.connect(**parameters), psycopg.connect(**parameters)]
        yield links
    finally:
        watch.cancel()
        for link in links:
            with suppress(psycopg.Error):
                link.close()


def _cut(session: psycopg.Connection[Any], links: list[psycopg.Connection[Any]]) -> None:
    for client in (session, *links):
        with (
            suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(client.fileno())) as link,
        ):
            link.shutdown(socket.SHUT_RDWR)


def answers(connection: Any, seconds: int) -> bool:
    """Whether PostgreSQL answers in time, asked on a connection of its own: a server that stands
    still would hold any other for as long.
    """
    parameters = {
        **connection.get_connection_params(),
        "autocommit": True,
        "connect_timeout": seconds,
    }
    with psycopg.connect(**parameters) as asking:
        watch = threading.Timer(seconds, _cut, [asking, []])
        watch.daemon = True
        watch.start()
        try:
            return asking.execute("SELECT 1").fetchone() == (1,)
        finally:
            watch.cancel()


@contextmanager
def _named(variable: str) -> Iterator[None]:
    """What the second and third connection meet, as Django's own errors; PgBouncer refuses BEGIN
    when it pools by statement.
    """
    try:
        yield
    except (psycopg.Error, DatabaseError) as error:
        if "pooling mode" in str(error):
            raise UnfitConnection(_exchanged(variable)) from error
        if isinstance(error, psycopg.Error):
            raise OperationalError(f"{variable}: {type(error).__name__}") from error
        raise


PLACE = re.compile(r"%([s%])")


@lru_cache(maxsize=1024)
def with_numbers(sql: str) -> bytes:
    """Django's statement as PostgreSQL prepares it."""
    numbers = count(1)
    places = PLACE.sub(lambda place: "%" if place[1] == "%" else f"${next(numbers)}", sql)
    return places.encode()


def with_constants(sql: str, params: Iterable[Any]) -> tuple[str, tuple[Any, ...]]:
    """The statement with its words in it, as the status of a partial index is one. SQLite looks at
    the value of a place for which such an index could be used, and so reads the whole statement
    anew each time.
    """
    constants, values = iter(params), []

    def written(place: re.Match[str]) -> str:
        if place[1] == "%":
            return place[0]
        value = next(constants)
        if isinstance(value, str):
            return "'" + str(value).replace("'", "''").replace("%", "%%") + "'"
        values.append(value)
        return place[0]

    return PLACE.sub(written, sql), tuple(values)
