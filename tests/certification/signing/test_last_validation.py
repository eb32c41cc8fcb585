"""*Ready* on the status board is what the gates say, as far as a district's last validation tells
it (ADR 8).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from certification.board.board import lines_of
from certification.board.line import Stand
from certification.models import CertificationEvent
from certification.signing.gates import GATES
from certification.signing.last_validation import NOT_ASKED, OF_DATA, PASSES
from cte_portal.accounts.models import User
from pathways.models import DrawnList, FollowUpYear, Student
from pathways.reports.groups import REPORTS
from pathways.reports.run import ask
from tests.certification.either import ready
from tests.certification.ready import Ready
from tests.fixtures.records import BUSINESS
from tests.pathways.follow_up.leavers import make_entry

__all__ = ["ready"]
pytestmark = pytest.mark.django_db(databases=["default", "state"])


def validate(ready: Ready) -> None:
    """Of the follow-up everything is known without a validation."""
    if ready.event.collection == "cte-eoy":
        ask(ready.scope.at_state(), list(REPORTS.values()), by=ready.clerk)


def an_error(ready: Ready, kayla: Student) -> None:
    ready.change(kayla, in_district_credits=Decimal("2.50"))
    ready.send()
    ready.wait()
    validate(ready)


def a_warning(ready: Ready, kayla: Student) -> None:
    ready.record(kayla, BUSINESS, start_date=datetime.date(2016, 8, 29))
    ready.send()
    ready.wait()
    validate(ready)


def contacted_too_early(ready: Ready, kayla: Student) -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    FollowUpYear.objects.filter(pk=ready.scope.end_year).update(opens=tomorrow)


def a_draft(ready: Ready, kayla: Student) -> None:
    DrawnList.objects.update(receipt="")


def nobody_reached(ready: Any, kayla: Student) -> None:
    """A leaver who came to the list."""
    make_entry(ready.leavers, "999000777", "Young")


def not_sent(ready: Ready, kayla: Student) -> None:
    ready.change(kayla, out_of_district_credits=Decimal("0.10"))


def sent_since(ready: Ready, kayla: Student) -> None:
    not_sent(ready, kayla)
    ready.send()
    ready.wait()


def not_open(ready: Ready, kayla: Student) -> None:
    CertificationEvent.objects.filter(pk=ready.event.pk).update(
        certification_opens=timezone.localdate() + datetime.timedelta(days=1)
    )


def nobody_signed_in(ready: Ready, kayla: Student) -> None:
    User.objects.filter(pk=ready.primary.user_id).update(is_active=False)


def nothing(ready: Ready, kayla: Student) -> None:
    pass


ALWAYS = [nothing, not_sent, not_open, nobody_signed_in]


def test_each_gate_is_answered_or_named_as_not_asked() -> None:
    assert {gate.slug for gate in GATES} == {*PASSES, *NOT_ASKED} and set(OF_DATA) < set(PASSES)


@pytest.mark.parametrize(
    ("ready", "happens"),
    [
        (collection, happens)
        for collection, happenings in (
            ("cte-eoy", [*ALWAYS, an_error, a_warning, sent_since]),
            ("cte-fall", [*ALWAYS, contacted_too_early, a_draft, nobody_reached]),
        )
        for happens in happenings
    ],
    indirect=["ready"],
)
def test_the_board_says_ready_when_the_gates_are_open(
    happens: Callable[[Ready, Student], None], ready: Ready, kayla: Student
) -> None:
    validate(ready)
    happens(ready, kayla)
    ready.event.refresh_from_db()
    line = next(line for line in lines_of(ready.event) if line.number == ready.scope.district)
    assert (line.stand is Stand.READY) is (not ready.missing()) is (happens is nothing)
    assert set(line.closed) <= {
        *ready.missing(),
        "match",
        "report",
    }, "what is known is no other than what the gates find"
    if happens is not nothing:
        assert line.closed
