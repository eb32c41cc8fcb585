"""OPI's lists, brought to the State edition as they stand in the District edition.

Publishing compares whole tables, so it may be repeated, and one that failed is made good by the
next.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from cte_portal.editions import Edition, writing_state
from pathways.ledger.locks import lock_reference
from pathways.models import (
    Approval,
    District,
    Pathway,
    Publication,
    ReferenceGeneration,
    SchoolYear,
)

PUBLISHED: tuple[type[models.Model], ...] = (District, SchoolYear, Pathway, Approval)
"""In the order in which rows are written: what others name comes first."""

UNIQUE = {SchoolYear: ("is_active",), Pathway: ("code", "name")}
STATE = Edition.STATE.value

Rows = dict[Any, dict[str, Any]]  # by their keys


def publish() -> int:
    """Make OPI's tables at the state equal to the district's, keys included. Returns how many rows
    were written there.

    The District edition is held meanwhile, so that a change in between is published whole or by the
    publishing that follows it.
    """
    with transaction.atomic(), writing_state(), transaction.atomic(STATE):
        lock_reference()
        lock_reference(Edition.STATE)
        reached = generation()
        here = {model: _rows(model) for model in PUBLISHED}
        there = {model: _rows(model, STATE) for model in PUBLISHED}
        written = sum(
            _remove(model, set(there[model]) - set(here[model])) for model in reversed(PUBLISHED)
        )
        written += sum(_write(model, here[model], there[model]) for model in PUBLISHED)
        Publication.objects.at_state().update_or_create(
            pk=1, defaults={"generation": reached, "at": timezone.now()}
        )
        return written


def generation() -> int:
    """A number that grows with each change of OPI's lists."""
    return (
        ReferenceGeneration.objects.values_list("generation", flat=True).filter(pk=1).first() or 0
    )


def is_published() -> bool:
    """True when every change that OPI made through the portal is at the state."""
    return Publication.objects.at_state().filter(pk=1, generation=generation()).exists()


def _rows(model: type[models.Model], alias: str = Edition.DISTRICT.value) -> Rows:
    return {
        row[model._meta.pk.attname]: row for row in model._base_manager.db_manager(alias).values()
    }


def named_at_state(model: type[models.Model], keys: set[Any]) -> set[Any]:
    """Which of OPI's rows the state's rows still name: a district has deleted what named them and
    has not sent it yet.
    """
    keys_in_use: set[Any] = set()
    for relation in model._meta.related_objects:
        if relation.related_model in PUBLISHED:
            continue
        column = relation.field.attname
        named = relation.related_model._base_manager.db_manager(STATE).filter(
            **{f"{column}__in": keys}
        )
        keys_in_use.update(named.values_list(column, flat=True).distinct())
    return keys_in_use


def _remove(model: type[models.Model], keys: set[Any]) -> int:
    """A row that is still named stays, until the publishing that follows the district's resync."""
    removed = keys - named_at_state(model, keys) if keys else keys
    if removed:
        model._base_manager.db_manager(STATE).filter(pk__in=removed).delete()
    return len(removed)


def _write(model: type[models.Model], here: Rows, there: Rows) -> int:
    changed = {key: row for key, row in here.items() if key in there and there[key] != row}
    for key, row in _in_turn(changed, there, UNIQUE.get(model, ())):
        model._base_manager.db_manager(STATE).filter(pk=key).update(**row)
    new = [model(**row) for key, row in here.items() if key not in there]
    model._base_manager.db_manager(STATE).bulk_create(new, batch_size=500)
    return len(changed) + len(new)


def _in_turn(
    changed: Rows, there: Rows, unique: tuple[str, ...]
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Changed rows by their keys, in an order in which none takes a code or a name that another
    still holds.

    Where rows exchange them none can be the first, and one gives its own up before: it comes twice.
    """
    waiting, rows = dict(changed), {key: dict(row) for key, row in there.items()}

    def in_the_way(key: Any) -> list[tuple[Any, str]]:
        """The rows that hold a value of this one, as the state's constraints compare."""
        values = {name: _alike(value) for name in unique if (value := waiting[key][name])}
        return [
            (owner, name)
            for name in values
            for owner, row in rows.items()
            if owner != key and _alike(row[name]) == values[name]
        ]

    while waiting:
        key = next((number for number in waiting if not in_the_way(number)), next(iter(waiting)))
        for owner, name in in_the_way(key):
            if owner in waiting:
                rows[owner][name] = _unused(name, rows)
                yield owner, rows[owner]
        rows[key] = dict(waiting.pop(key))
        yield key, rows[key]


def _alike(value: Any) -> Any:
    """Names that differ in case only are one name."""
    return value.upper() if isinstance(value, str) else value


def _unused(name: str, rows: Rows) -> str:
    """A code or a name that no row at the state has, for a moment that nobody sees."""
    if name != "code":
        return uuid.uuid4().hex
    codes = {row[name] for row in rows.values()}
    return next(code for number in range(100) if (code := f"{number:02}") not in codes)
