"""What decides where each district stands in an event, read for all of them with two statements."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from certification.models import (
    CertificationEvent,
    Certifier,
    Extension,
    Recertification,
    Round,
    Signature,
)
from certification.models.dates import Dates
from certification.status.active_certifiers import active_certifiers
from cte_portal.prepared import moment_of, prepared

EXTENSION = "extension"
"""The kind of a row about an extension; the others are of a kind that their own table says."""
PRIMARY = Certifier.Level.PRIMARY.value
OPEN, SEALED = Round.Status.OPEN.value, Round.Status.SEALED.value


@dataclass(frozen=True)
class Facts:
    """By district. What a district has none of does not name it."""

    primaries: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The number of its active Primary certifiers, and of those whose account has closed by itself."""
    signatures: Counter[str] = field(default_factory=Counter)
    """The number of those Primary certifiers whose signature stands in the open round."""
    extensions: dict[str, Dates] = field(default_factory=dict)
    seals: dict[str, tuple[datetime.datetime, datetime.datetime | None]] = field(
        default_factory=dict
    )
    """When its official round was sealed and approved."""
    rounds: dict[str, tuple[int, datetime.datetime]] = field(default_factory=dict)
    """The open one's number, and when it opened."""
    requests: dict[str, tuple[str, datetime.datetime]] = field(default_factory=dict)
    """The status of the open request to certify again, and when it was asked."""
    signers: set[tuple[str, int]] = field(default_factory=set)
    """District and person of each signature that stands in an open round."""


def facts_of(event: CertificationEvent, known: dict[Any, Any]) -> Facts:
    """Once for each page that gives what it knows."""
    if (Facts, event.pk) not in known:
        known[Facts, event.pk] = _facts(event, known)
    facts: Facts = known[Facts, event.pk]
    return facts


def _facts(event: CertificationEvent, known: dict[Any, Any]) -> Facts:
    facts, primaries = Facts(), set()
    for certifier in active_certifiers(known):
        if certifier.level == PRIMARY:
            primaries.add(certifier.key)
            every, closed = facts.primaries.get(certifier.district, (0, 0))
            facts.primaries[certifier.district] = every + 1, closed + certifier.is_unused
    for kind, number, key, person, at, first, second in _rows(event.pk):
        if kind == SEALED:
            facts.seals[number] = moment_of(first), moment_of(second) if second else None
        elif kind == OPEN:
            facts.rounds[number] = key, moment_of(at)
        elif kind == EXTENSION:
            days = datetime.date.fromisoformat(first), datetime.date.fromisoformat(second)
            facts.extensions[number] = event.dates_with(*days)
        elif person is None:
            facts.requests[number] = kind, moment_of(at)
        else:
            facts.signers.add((number, person))
            facts.signatures[number] += kind == PRIMARY and key in primaries
    return facts


@prepared
def _rows(event: int) -> QuerySet[Round, tuple[Any, ...]]:
    """The rounds that are open or sealed and the open requests to certify again, by their statuses;
    the signatures that stand in an open round, by the level of who signed; and the extensions.
    Moments and days are text: to read hundreds takes a database's driver longer than all the rest.
    """
    rounds = Round.objects.filter(event=event, status__in=[Round.Status.OPEN, Round.Status.SEALED])
    requests = Recertification.objects.open().filter(event=event)
    signatures = Signature.objects.standing().filter(
        round__event=event, round__status=Round.Status.OPEN
    )
    extensions = Extension.objects.filter(event=event)
    kind, no, key = (
        _text(Value(EXTENSION)),
        _text(Value(None)),
        Cast(Value(None), BigIntegerField()),
    )
    seal, days = map(_text, ("sealed_at", "approved_at")), map(_text, ("due", "corrections_until"))
    signer = "certifier", "certifier__user"
    return _columns(rounds, "status", "district", "number", key, _text("opened_at"), *seal).union(
        _columns(requests, "status", "district", key, key, _text("asked_at"), no, no),
        _columns(signatures, "level", "round__district", *signer, no, no, no),
        _columns(extensions, kind, "district", key, key, no, *days),
        all=True,
    )


def _text(column: Any) -> Cast:
    return Cast(column, TextField())


def _columns(rows: QuerySet[Any], *columns: Any) -> QuerySet[Any, tuple[Any, ...]]:
    return rows.order_by().values_list(*columns)
