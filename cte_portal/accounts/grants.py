"""What the role of dispatcher and workers may not do with accounts: read a password's hash, an
app's secret or a session, or write a password. `manage.py migrate` says so again after each change
of the tables, as rights on columns name the columns.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session

from cte_portal.accounts.models import User
from cte_portal.accounts.models.password import WORKER

HIDDEN = {User: ("password",), Session: ("session_key", "session_data"), Authenticator: ("data",)}
"""By model, the columns that the worker cannot read; of a session it only learns that it is over.
"""


def narrow(connection: Any) -> bool:
    """Take the rights from the worker's role. False where there is no such role, as on a machine
    for practice.
    """
    if connection.vendor != "postgresql":
        return False
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WORKER])
        if cursor.fetchone() is None:
            return False
        for model, hidden in HIDDEN.items():
            table = quoted(model._meta.db_table)
            columns = ", ".join(
                quoted(field.column)
                for field in model._meta.concrete_fields
                if field.column not in hidden
            )
            cursor.execute(f"REVOKE SELECT, INSERT, UPDATE ON {table} FROM {quoted(WORKER)}")
            cursor.execute(f"GRANT SELECT ({columns}) ON {table} TO {quoted(WORKER)}")
        columns = ", ".join(
            quoted(field.column)
            for field in User._meta.concrete_fields
            if field.column not in HIDDEN[User] and not field.generated
        )
        table = quoted(User._meta.db_table)
        cursor.execute(f"GRANT UPDATE ({columns}) ON {table} TO {quoted(WORKER)}")
    return True


def readable_secrets(connection: Any) -> list[str]:
    """`table.column` of what the current role may read and a worker should not."""
    names = [
        (model._meta.db_table, column) for model, columns in HIDDEN.items() for column in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t || '.' || c FROM unnest(%s::text[], %s::text[]) AS s(t, c)"
            " WHERE has_column_privilege(quote_ident(t)::regclass, c, 'SELECT') ORDER BY 1",
            [[table for table, _ in names], [column for _, column in names]],
        )
        return [row[0] for row in cursor.fetchall()]
