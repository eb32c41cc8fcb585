"""A line of the board is a pattern that is filled in, and says what its template would."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans, integers, none, sampled_from

from certification.board.line import Line
from certification.board.rows import rows_of
from certification.collections.fall.statewide import FollowUpKnown
from certification.models import CertificationEvent
from certification.status.statewide import district_events
from pathways.follow_up.rates import Rates
from pathways.models import StateCopy
from pathways.reports.runs import Validated
from pathways.resync.seen import LastRecord
from pathways.resync.unsent import KnownUnsent
from tests.plain import hostile, plainly

AT = datetime.datetime(2026, 5, 1, 15, tzinfo=datetime.UTC)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=hostile,
    status=sampled_from(CertificationEvent.Status),
    validated=none() | integers(0, 1200),
    leavers=none() | sampled_from([(0, 0), (40, 2), (40, 40), (1200, 600)]),
    rows=sampled_from([0, 3, 12_345]),
    moments=sampled_from([(None, None), (AT, None), (None, AT), (AT, AT)]),
    people=sampled_from([(0, 0), (2, 1)]),
    sealed_at=none() | sampled_from([AT]),
    is_extended=booleans(),
    can_extend=booleans(),
)
def test_a_line_is_what_its_template_says(
    event: CertificationEvent,
    name: str,
    status: str,
    validated: int | None,
    leavers: tuple[int, int] | None,
    rows: int,
    moments: tuple[Any, Any],
    people: tuple[int, int],
    sealed_at: datetime.datetime | None,
    is_extended: bool,
    can_extend: bool,
) -> None:
    event.status = status
    stored = district_events(event, ["9012"])["9012"]
    sent_at, last_change = moments
    copy = sent_at and StateCopy(generation=2, end_year=event.end_year, sent_at=sent_at)
    line = Line(
        number="9012",
        name=name,
        district_event=replace(
            stored,
            dates=replace(stored.dates, extended=is_extended),
            primaries=people[0],
            signed=people[1],
            sealed_at=sealed_at,
        ),
        unsent=KnownUnsent(
            copy,
            0,
            nothing_sent=copy is None,
            ahead=False,
            rows=rows,
            last=last_change and LastRecord(1, event.end_year, last_change.isoformat()),
        ),
        validated=(
            None
            if validated is None or leavers
            else Validated(AT, 2 + validated % 2, True, validated, validated, validated // 3, True)
        ),
        follow_up=leavers
        and FollowUpKnown(
            receipt="R",
            rates=Rates(leavers[0], leavers[0], leavers[1], leavers[0]),
            open=0,
            badly_dated=0,
            unresolved=0,
            not_sent=rows,
            last_attempt=last_change,
            target=Decimal(80),
        ),
    )

    def drawn() -> str:
        return "".join(rows_of([line, line], event, can_extend=can_extend))

    patterned = drawn()
    with plainly():
        assert patterned == drawn()
    assert "<script>" not in patterned
    assert "<img" not in patterned
    assert (">Extend<" in patterned) == (can_extend and sealed_at is None)
