"""The District edition and the State edition: two databases with the same tables.

`default` holds the District edition and everything that exists once (people, sessions, jobs);
`state` holds the State edition, which is written only by what sends records to the state. A page or
a command works in a `Scope`; `QuerySet.in_scope(scope)` is the only place that turns an edition
into a database.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import models

from cte_portal import folding


class Edition(Enum):
    """The value is the database alias."""

    DISTRICT = "default"
    STATE = "state"

    @property
    def label(self) -> str:
        return self.name.capitalize()


class Home(Enum):
    """In which editions a model's table exists; each pathways model says so in `lives_in`."""

    BOTH = frozenset({"default", "state"})
    DISTRICT = frozenset({"default"})
    STATE = frozenset({"state"})


@dataclass(frozen=True)
class Scope:
    """Whose records are meant: one district, one end year, one edition."""

    district: str
    end_year: int
    edition: Edition = Edition.DISTRICT

    def at_state(self) -> Scope:
        return replace(self, edition=Edition.STATE)

    @property
    def alias(self) -> str:
        return self.edition.value

    @property
    def school_year(self) -> str:
        """As people write it: 2025 is 2024-25."""
        return school_year_label(self.end_year)


def stored(model: type[models.Model], scope: Scope) -> models.QuerySet[Any]:
    """All rows of a model in the scope's edition, for what treats many models alike."""
    return model._base_manager.using(scope.alias)


def school_year_label(end_year: int) -> str:
    return f"{end_year - 1}-{end_year % 100:02d}"


class ReadOnlyEdition(Exception):
    """Something other than the resync tried to write the State edition."""


_writing_state: ContextVar[bool] = ContextVar("writing_state", default=False)


@contextmanager
def writing_state() -> Iterator[None]:
    """Open the State edition for writing: resync, publish, migrate and the tests' own fixture enter
    here, nothing else.
    """
    token = _writing_state.set(True)
    try:
        yield
    finally:
        _writing_state.reset(token)


# What may reach the State edition from anywhere: reading, and what a connection needs to hold a
# transaction together.
_READS = re.compile(
    r"\s*(SELECT|EXPLAIN|BEGIN|START\s+TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET\s+CONSTRAINTS|PRAGMA\s+\w+\s*$|PRAGMA\s+foreign_key)\b",
    re.IGNORECASE,
)
_WITH = re.compile(r"\s*WITH\b", re.IGNORECASE)
_CHANGES_DATA = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|INTO)\b", re.IGNORECASE)
_LITERAL = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


@lru_cache(maxsize=256)
def only_reads(sql: str) -> bool:
    """Whether a statement may run in the State edition outside `writing_state()`. Every page of a
    district asks it the same one; values stand apart from it.
    """
    bare = _LITERAL.sub("''", sql).lstrip(" \t\r\n(")  # PostgreSQL's unions stand in parentheses
    if ";" in bare.rstrip().rstrip(";"):
        return False
    if _WITH.match(bare) or re.match(r"\s*(SELECT|EXPLAIN)\b", bare, re.IGNORECASE):
        return not _CHANGES_DATA.search(bare)
    return bool(_READS.match(bare))


def guard(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """The execute wrapper of every connection to the State edition."""
    if not _writing_state.get() and not only_reads(str(sql)):
        raise ReadOnlyEdition("The State edition is read only; records reach it by resync.")
    return execute(sql, params, many, context)


_made: Counter[str] = Counter()


def connections_made(alias: str) -> int:
    """How often this process has connected to a database: while the number stays, whatever its
    threads read is of the same database, which nobody has restored from a backup in between.
    """
    return _made[alias]


def prepare(connection: Any) -> None:
    """What each new connection gets: folding for SQLite, and the guard of the State edition."""
    folding.teach(connection)
    _made[connection.alias] += 1
    if connection.alias == Edition.STATE.value and guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(guard)


class EditionRouter:
    """Reads follow the row they start from; writes go to the District edition; migrations go where
    the model lives.
    """

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        instance = hints.get("instance")
        alias = getattr(getattr(instance, "_state", None), "db", None)
        return alias if alias in home_of(model).value else None

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str | None:
        instance = hints.get("instance")
        alias = getattr(getattr(instance, "_state", None), "db", None)
        if alias == Edition.STATE.value:
            if not _writing_state.get():
                raise ReadOnlyEdition(
                    f"{model.__name__}: a row of the State edition was about to be written."
                )
            return alias
        return Edition.DISTRICT.value

    def allow_relation(self, first: models.Model, second: models.Model, **hints: Any) -> bool:
        return first._state.db == second._state.db

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool:
        if "lives_in" in hints:
            return db in Home[hints["lives_in"]].value
        if model_name is None:
            return db == Edition.DISTRICT.value
        try:
            model = apps.get_model(app_label, model_name)
        except LookupError:  # a model that later migrations removed
            return True
        return db in home_of(model).value


def home_of(model: type[models.Model]) -> Home:
    """Where the model's table exists; models that say nothing exist once, beside the District
    edition.
    """
    return getattr(model, "lives_in", Home.DISTRICT)
