"""Statuses change by the tables of transitions alone: what a table does not have is refused, and
nothing is written.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from certification.models import CertificationEvent, Recertification, Round
from certification.models.transitions import IllegalMove, Moves
from cte_portal.accounts.models import User
from tests.fixtures.certification import make_event, make_recertification, make_round, seal

PAIRS = [
    (model, before, after)
    for model in (CertificationEvent, Recertification, Round)
    for before in model.Status.values
    for after in model.Status.values
]
LEGAL = [(model, before, after) for model, before, after in PAIRS if after in model.MOVES[before]]
ILLEGAL = [pair for pair in PAIRS if pair not in LEGAL]


def name_of(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


def stored(model: type[Moves], status: str, user: User) -> Moves:
    """One that has the status, as its constraints want it."""
    now = timezone.now()
    if model is CertificationEvent:
        return make_event(status=status, published_at=None if status == "draft" else now)
    event = make_event(status="published", published_at=now)
    if model is Round:
        return make_round(
            event, status=status, sealed_at=now if status in ("sealed", "superseded") else None
        )
    sealed = make_round(event)
    seal(sealed)
    opened = make_round(event, number=2) if status == "approved" else None
    return make_recertification(sealed, by=user, status=status, opened_round=opened)


def written_with(thing: Moves, after: str) -> dict[str, Any]:
    """What the constraints want beside the status."""
    now = timezone.now()
    if isinstance(thing, CertificationEvent):
        return {"published_at": thing.published_at or now}
    if isinstance(thing, Round):
        return {"sealed_at": now} if after == "sealed" else {"ended_at": now}
    return (
        {"opened_round": make_round(thing.event, number=2)}
        if after == "approved"
        else {"ended_at": now}
    )


def test_every_status_is_in_its_table() -> None:
    for model in (CertificationEvent, Recertification, Round):
        assert set(model.MOVES) == set(model.Status)
    assert len(ILLEGAL) > len(LEGAL) > 8


@pytest.mark.parametrize(("model", "before", "after"), ILLEGAL, ids=name_of)
def test_what_the_table_does_not_have_is_refused(
    model: type[Moves], before: str, after: str, opi: User
) -> None:
    thing = stored(model, before, opi)
    rows = model._base_manager.filter(pk=thing.pk).values()
    as_it_was = rows.get()
    assert not thing.may_become(after)
    with pytest.raises(IllegalMove):
        thing.become(after)
    assert rows.get() == as_it_was and thing.status == before


@pytest.mark.parametrize(("model", "before", "after"), LEGAL, ids=name_of)
def test_what_the_table_has_is_stored_with_what_belongs_to_it(
    model: type[Moves], before: str, after: str, opi: User
) -> None:
    thing = stored(model, before, opi)
    fields = written_with(thing, after)
    thing.become(after, **fields)
    again = model._base_manager.get(pk=thing.pk)
    for name, value in {"status": after, **fields}.items():
        assert getattr(again, name) == value == getattr(thing, name)


def test_who_read_an_older_status_moves_nothing(opi: User) -> None:
    request = stored(Recertification, "asked", opi)
    Recertification.objects.get(pk=request.pk).become("withdrawn", ended_at=timezone.now())
    with pytest.raises(IllegalMove):
        request.become("denied", answer="No")
    assert Recertification.objects.get(pk=request.pk).status == "withdrawn"


def test_no_status_is_set_beside_the_table() -> None:
    """In the program, the status of these models is assigned or updated by `become` alone. A form's
    event takes over what is stored.
    """
    beside = []
    for path in sorted((Path(settings.BASE_DIR) / "certification").rglob("*.py")):
        if "migrations" in path.parts or path.name == "transitions.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            assigned = (
                isinstance(node, ast.Attribute)
                and node.attr == "status"
                and isinstance(node.ctx, ast.Store)
            )
            call = (
                ast.unparse(node.func)
                if isinstance(node, ast.Call)
                and any(word.arg == "status" for word in node.keywords)
                else ""
            )
            if assigned or (call.endswith(".update") and not call.startswith("Batch.objects")):
                beside.append(f"{path.name}: {ast.unparse(node)}")
    assert beside == ["events.py: event.status"]
