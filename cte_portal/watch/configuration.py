"""What `check --deploy` asks of a real portal: it connects to what the environment names, and says
in a sentence what is wrong and what to set.

Run it as *web* and as *worker*, with the environment of each. Nothing is changed: a file and a
cached value are written and taken away again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, connections
from django.http.request import validate_host
from django.utils import timezone

from cte_portal.accounts import grants
from cte_portal.accounts.models.password import WORKER
from cte_portal.connection import VARIABLES, UnfitConnection
from cte_portal.editions import Edition, home_of
from cte_portal.watch import standing
from cte_portal.watch.looks import checkups, store

log = logging.getLogger("cte_portal.watch")

ROUNDS_OF_A_LEASE = 3
MOST_SECONDS_APART = 5


def fits(**_: Any) -> list[CheckMessage]:
    """Everything that is wrong, not the first alone."""
    if not settings.PRODUCTION:
        return []
    looks: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
        addresses,
        numbers,
        databases,
        cache_and_broker,
        files,
        mail,
    )
    return [message for look in looks for message in look()]


def addresses() -> Iterator[CheckMessage]:
    """Where people find the portal, and what stands before it."""
    parts = urlsplit(settings.PORTAL_ADDRESS)
    if parts.scheme != "https" or not parts.hostname:
        yield Error(
            f"PORTAL_ADDRESS is {settings.PORTAL_ADDRESS!r}.",
            hint="Set it to what links in e-mails begin with, like https://cte.example.gov",
            id="portal.E101",
        )
    elif not validate_host(parts.hostname, settings.ALLOWED_HOSTS):
        yield Error(
            f"PORTAL_ADDRESS names {parts.hostname}, which is none of ALLOWED_HOSTS.",
            hint="Links in e-mails would be refused. Add it to ALLOWED_HOSTS.",
            id="portal.E102",
        )
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None) is None:
        yield Error(
            "BEHIND_TLS_PROXY is not true, so every page would redirect to itself.",
            hint="Set it to true behind a proxy that ends TLS and sets X-Forwarded-Proto.",
            id="portal.E103",
        )
    if not settings.REQUIRE_MFA:
        yield Error(
            "REQUIRE_MFA is false: a password alone opens student records.",
            hint="Remove REQUIRE_MFA, or set it to true.",
            id="portal.E104",
        )
    if not settings.MFA_KEYS:
        yield Warning(
            "MFA_KEYS is not set: secrets of authenticator apps are readable in every dump.",
            hint="Set MFA_KEYS to a key of its own, then run `manage.py rotate_keys` once.",
            id="portal.W107",
        )


def numbers() -> Iterator[CheckMessage]:
    """Those that only make sense together."""
    least = ROUNDS_OF_A_LEASE * settings.BATCH_RENEW_SECONDS
    if least > settings.BATCH_LEASE_SECONDS:
        yield Error(
            f"BATCH_LEASE_SECONDS is {settings.BATCH_LEASE_SECONDS:g}, and BATCH_RENEW_SECONDS is"
            f" {settings.BATCH_RENEW_SECONDS:g}: living workers would lose their jobs.",
            hint=f"Remove both, or set BATCH_LEASE_SECONDS to {least:g} or more.",
            id="portal.E105",
        )
    if settings.SESSION_WARNING_SECONDS >= settings.SESSION_IDLE_SECONDS:
        yield Error(
            "SESSION_WARNING_SECONDS is not less than SESSION_IDLE_SECONDS.",
            hint="The warning must come before the sign-out. Remove both, or lower the first.",
            id="portal.E106",
        )


def databases() -> Iterator[CheckMessage]:
    """Both answer, are two, have this version's tables, and the role may do what it must and no
    more.
    """
    servers: dict[Edition, tuple[Any, ...]] = {}
    for edition in Edition:
        variable, connection = VARIABLES[edition.value], connections[edition.value]
        try:
            connection.ensure_connection()
            servers[edition] = _server(connection)
            yield from _role(edition, connection)
            yield from _clock(variable, connection)
        except UnfitConnection as unfit:
            yield Error(str(unfit), id="portal.E110")
            continue
        except DatabaseError as error:
            log.warning("%s: %s", variable, type(error).__name__)
            yield Error(
                f"{variable}: the {edition.label} database does not let the portal in.",
                hint="Check host, port, name, user and password in it, and that PostgreSQL runs.",
                id="portal.E111",
            )
            continue
        standing._migrated.discard(edition.value)
        if not standing.is_migrated(edition.value):
            yield Error(
                f"The tables of the {edition.label} database are not those of version"
                f" {settings.PORTAL_VERSION}.",
                hint="Run as owner: python3 manage.py migrate",
                id="portal.E112",
            )
    if len(servers) > 1 and len(set(servers.values())) == 1:
        yield Error(
            "DATABASE_URL and STATE_DATABASE_URL lead to the same database by two names.",
            hint="Each edition needs a database of its own.",
            id="portal.E113",
        )
    if len({server[0] for server in servers.values() if len(server) > 1}) > 1:
        yield Error(
            "DATABASE_URL and STATE_DATABASE_URL lead to two PostgreSQL clusters: a restore to a"
            " point in time could not bring both editions to one moment.",
            hint="Make both databases in one cluster.",
            id="portal.E117",
        )


def _server(connection: Any) -> tuple[Any, ...]:
    """What tells two databases apart, however their hosts are called: on PostgreSQL the cluster, by
    its start, and the database in it.
    """
    if connection.vendor != "postgresql":
        return (str(connection.settings_dict["NAME"]),)
    return _row(
        connection,
        "SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()",
    )


def _role(edition: Edition, connection: Any) -> Iterator[CheckMessage]:
    if connection.vendor != "postgresql":
        return
    variable = VARIABLES[edition.value]
    user, owns, superuser = _row(
        connection,
        "SELECT current_user, EXISTS (SELECT FROM pg_class WHERE relnamespace ="
        " current_schema()::regnamespace AND relkind = 'r' AND pg_has_role(relowner, 'USAGE')),"
        " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
    )
    if owns or superuser:
        yield Error(
            f"{variable}: {user} owns the tables, so it can lift the triggers that keep history"
            " and seals.",
            hint="Only migrate runs as owner. Name cte_web for web, cte_worker for dispatcher and"
            " workers.",
            id="portal.E114",
        )
        return
    models = [model for model in apps.get_models() if edition.value in home_of(model).value]
    tables = set(connection.introspection.table_names()) & {m._meta.db_table for m in models}
    refused = sorted(table for table in tables if not _may(connection, table, "SELECT"))
    if refused:
        yield Error(
            f"{variable}: {user} may not read {', '.join(refused[:3])}.",
            hint="Migrate as cte_owner: its default privileges make them readable.",
            id="portal.E115",
        )
    is_workers = edition is Edition.DISTRICT and user == WORKER and tables
    if is_workers and (columns := grants.readable_secrets(connection)):
        yield Error(
            f"{variable}: {user} may read {', '.join(columns)}.",
            hint="Run as owner: python3 manage.py migrate. It takes these rights away.",
            id="portal.E116",
        )
    if edition is Edition.STATE and tables:
        writes = any(_may(connection, table, "INSERT") for table in tables)
        duty = (
            "may write the State edition: it is a worker's"
            if writes
            else "may only read the State edition: it is the web's"
        )
        yield Info(f"{variable}: {user} {duty}.", id="portal.I101")


def _may(connection: Any, table: str, privilege: str) -> bool:
    return bool(
        _row(
            connection, "SELECT has_any_column_privilege(%s::regclass, %s)", f'"{table}"', privilege
        )[0]
    )


def _clock(variable: str, connection: Any) -> Iterator[CheckMessage]:
    if connection.vendor != "postgresql":
        return
    (there,) = _row(connection, "SELECT clock_timestamp()")
    apart = abs((there - timezone.now()).total_seconds())
    if apart > MOST_SECONDS_APART:
        yield Warning(
            f"{variable}: the database's clock and this machine's are {apart:.0f} seconds apart.",
            hint="Set both by the same time server (NTP).",
            id="portal.W101",
        )


def _row(connection: Any, sql: str, *values: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def cache_and_broker() -> Iterator[CheckMessage]:
    if not standing.keeps():
        yield Error(
            "REDIS_URL: the cache does not keep what it is given.",
            hint="Check that Redis runs, and its address and password.",
            id="portal.E120",
        )
    if checkups.broker_answers():
        yield Error(
            "BROKER_URL: the broker of the Batch Queue does not answer.",
            hint="Check that Redis runs, and its address and password (REDIS_URL unless set).",
            id="portal.E121",
        )


def files() -> Iterator[CheckMessage]:
    """A file is written, read and taken away where uploads lie, a folder or a bucket."""
    if not settings.VAR_DIR.is_dir():
        yield Error(
            f"VAR_DIR: there is no folder {settings.VAR_DIR}.",
            hint="Make it, for the portal's own user, mode 700.",
            id="portal.E130",
        )
        return
    trouble = store.keeps()
    if trouble:
        yield Error(
            trouble,
            hint=(
                "Check STORAGE_URL, STORAGE_ENDPOINT, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY;"
                " the keys must list, read, write and remove."
                if store.bucket()
                else f"{settings.MEDIA_ROOT} must belong to the portal's own user, and have room."
            ),
            id="portal.E131",
        )
    free = next((r.sentence for r in standing.files() if r.level), "")
    if free:
        yield Warning(free, hint=f"Free some space under {store.room()}.", id="portal.W130")


def mail() -> Iterator[CheckMessage]:
    name = settings.DEFAULT_FROM_EMAIL
    address = parseaddr(name)[1]
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if not address or address.endswith("@localhost"):
        yield Error(
            f"DEFAULT_FROM_EMAIL is {name!r}, which is no sender that a mail server takes.",
            hint="Set it to an address of your office, like cte-portal@opi.example.gov",
            id="portal.E140",
        )
    if checkups.mail_answers():
        yield Error(
            "EMAIL_URL: the mail server does not answer.",
            hint="Check host, port, user and password in it.",
            id="portal.E141",
        )
