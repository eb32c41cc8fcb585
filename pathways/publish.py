"""What OPI keeps, brought to the State edition as it stands in the District edition.

Publishing compares whole tables, so it may be repeated, and one that failed is made good by the next.
"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils import timezone

from cte_portal.editions import Edition, writing_state
from pathways.locks import lock_reference
from pathways.models import Approval, District, Pathway, Publication, ReferenceGeneration, SchoolYear

PUBLISHED: tuple[type[models.Model], ...] = (District, SchoolYear, Pathway, Approval)
"""In the order in which rows are written: what others name comes first."""

UNIQUE = {SchoolYear: ("is_active",), Pathway: ("code", "name")}
STATE = Edition.STATE.value


def publish() -> int:
    """Make OPI's tables at the state equal to the district's, keys included. Returns how many rows were written there.

    The District edition is held meanwhile, so that a change in between is published whole or by the publishing that follows it.
    """
    with transaction.atomic(), writing_state(), transaction.atomic(STATE):
        lock_reference()
        lock_reference(Edition.STATE)
        reached = generation()
        here = {model: _rows(model) for model in PUBLISHED}
        there = {model: _rows(model, STATE) for model in PUBLISHED}
        written = sum(_remove(model, set(there[model]) - set(here[model])) for model in reversed(PUBLISHED))
        written += sum(_write(model, here[model], there[model]) for model in PUBLISHED)
        Publication.objects.at_state().update_or_create(pk=1, defaults={"generation": reached, "at": timezone.now()})
        return written


def generation() -> int:
    """How often OPI's lists have changed."""
    return ReferenceGeneration.objects.values_list("generation", flat=True).filter(pk=1).first() or 0


def is_published() -> bool:
    """Whether every change that OPI made through the portal is at the state."""
    return Publication.objects.at_state().filter(pk=1, generation=generation()).exists()


def _rows(model: type[models.Model], alias: str = Edition.DISTRICT.value) -> dict[Any, dict[str, Any]]:
    return {row[model._meta.pk.attname]: row for row in model._base_manager.db_manager(alias).values()}  # type: ignore[union-attr]


def named_at_state(model: type[models.Model], keys: set[Any]) -> set[Any]:
    """Which of OPI's rows the state's rows still name: a district has deleted what named them and has not sent it yet."""
    found: set[Any] = set()
    for relation in model._meta.related_objects:
        if relation.related_model in PUBLISHED:
            continue
        column = relation.field.attname  # type: ignore[attr-defined]
        named = relation.related_model._base_manager.db_manager(STATE).filter(**{f"{column}__in": keys})  # type: ignore[union-attr]
        found.update(named.values_list(column, flat=True).distinct())
    return found


def _remove(model: type[models.Model], keys: set[Any]) -> int:
    """What is still named stays, until the publishing that follows the district's resync."""
    removed = keys - named_at_state(model, keys) if keys else keys
    if removed:
        model._base_manager.db_manager(STATE).filter(pk__in=removed).delete()
    return len(removed)


def _write(model: type[models.Model], here: dict[Any, dict[str, Any]], there: dict[Any, dict[str, Any]]) -> int:
    changed = [row for key, row in here.items() if key in there and there[key] != row]
    for row in _in_turn(changed, there, UNIQUE.get(model, ())):
        model._base_manager.db_manager(STATE).filter(pk=row[model._meta.pk.attname]).update(**row)  # type: ignore[union-attr]
    new = [model(**row) for key, row in here.items() if key not in there]
    model._base_manager.db_manager(STATE).bulk_create(new, batch_size=500)
    return len(changed) + len(new)


def _in_turn(changed: list[dict[str, Any]], there: dict[Any, dict[str, Any]], unique: tuple[str, ...]) -> list[dict[str, Any]]:
    """Changed rows in an order in which none takes a code or a name that another still holds."""
    waiting, ordered, held = list(changed), [], {key: dict(row) for key, row in there.items()}
    key_name = next((name for name in ("id", "end_year", "number") if changed and name in changed[0]), "id")

    def free(row: dict[str, Any]) -> bool:
        others = [other for key, other in held.items() if key != row[key_name]]
        return not any(row[name] and other[name] == row[name] for name in unique for other in others)

    while waiting:
        row = next((one for one in waiting if free(one)), waiting[0])
        waiting.remove(row)
        ordered.append(row)
        held[row[key_name]] = row
    return ordered
