"""Whether the tables of a database are those of this version of the portal. Old code beside new
tables, or new code beside old ones, would write what does not fit: neither starts.
"""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.db.migrations.loader import MigrationLoader

from cte_portal.editions import Edition

NOT_SET_UP = "The databases are not set up yet. Run: python3 manage.py migrate"
NOT_UP_TO_DATE = "The databases are not up to date. Run: python3 manage.py migrate"
LATER = (
    "The databases were migrated by a later version than {version}, which this is. Start that"
    " version, or restore the backup of before the upgrade."
)


def misfit(alias: str) -> str:
    """The sentence that says what to do; empty where the tables fit. Raises DatabaseError when the
    database does not answer.
    """
    connections[alias].ensure_connection()
    loader = MigrationLoader(connections[alias])
    applied, known = set(loader.applied_migrations), set(loader.graph.nodes)
    replaced = {key for migration in loader.replacements.values() for key in migration.replaces}
    apps = {app for app, _ in known}
    if known - applied:
        return NOT_UP_TO_DATE if applied else NOT_SET_UP
    if {key for key in applied - known - replaced if key[0] in apps}:
        return LATER.format(version=settings.PORTAL_VERSION)
    return ""


def refuse_to_start() -> None:
    """For the web server and the workers. A database that is out of reach is no reason not to
    start: `ready` looks at it when it is back.
    """
    for edition in Edition:
        try:
            sentence = misfit(edition.value)
        except (DatabaseError, InterfaceError):
            continue
        finally:
            if not connections[edition.value].in_atomic_block:
                connections[edition.value].close()
        if sentence:
            raise SystemExit(f"{edition.label} edition: {sentence}")
