"""The password's hash as a column that dispatcher and workers cannot read.

PostgreSQL refuses the column to `cte_worker` (cte_portal/accounts/grants.py), so a process of that
role asks for nothing in its place. What it needs of a password, whether there is one and whether it
is still the same, it learns from the hash's last letters, which say nothing without its salt.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, Value, When
from django.db.models.functions import Left, Right
from django.db.models.lookups import Exact

WORKER = "cte_worker"
"""The role of dispatcher and workers (docs/create-roles.sh)."""
UNUSABLE = "!"
LETTERS = 12


class HiddenFromWorkers(models.CharField):
    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        """Django's own hook for the columns of a SELECT."""
        if compiler.connection.settings_dict.get("USER") == WORKER:
            return "''", ()
        return sql, params

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """For migrations it is Django's column."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options


def last_letters() -> models.GeneratedField:
    return models.GeneratedField(
        expression=Case(
            When(Exact(Left("password", 1), Value(UNUSABLE)), then=Value(UNUSABLE)),
            default=Right("password", LETTERS),
        ),
        output_field=models.CharField(max_length=LETTERS),
        db_persist=True,
    )
