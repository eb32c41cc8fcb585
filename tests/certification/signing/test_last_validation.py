"""*Ready* on the status board is what the gates say, as far as a district's last validation tells
it (ADR 8).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from certification.board.board import Stand, lines_of
from certification.models import CertificationEvent
from certification.signing.gates import GATES
from certification.signing.last_validation import NOT_ASKED, OF_DATA, PASSES
from cte_portal.accounts.models import User
from pathways.models import Student
from pathways.reports.groups import REPORTS
from pathways.reports.run import ask
from tests.certification.ready import Ready
from tests.fixtures.records import BUSINESS, District_

pytestmark = pytest.mark.django_db(databases=["default", "state"])


@pytest.fixture
def ready(cottonwood: District_, event: CertificationEvent, clerk: User, kayla: Student) -> Ready:
    ready_case = Ready(cottonwood, event, clerk)
    ready_case.record(kayla)
    return ready_case


def validate(ready: Ready) -> None:
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


def not_sent(ready: Ready, kayla: Student) -> None:
    ready.change(kayla, out_of_district_credits=Decimal("0.10"))


def sent_since(ready: Ready, kayla: Student) -> None:
    not_sent(ready, kayla)
    ready.send()
    ready.wait()


def not_open(ready: Ready, kayla: Student) -> None:
    CertificationEvent.objects.update(
        certification_opens=timezone.localdate() + datetime.timedelta(days=1)
    )


def nobody_signed_in(ready: Ready, kayla: Student) -> None:
    User.objects.filter(pk=ready.primary.user_id).update(is_active=False)


def nothing(ready: Ready, kayla: Student) -> None:
    pass


def test_each_gate_is_answered_or_named_as_not_asked() -> None:
    assert {gate.slug for gate in GATES} == {*PASSES, *NOT_ASKED} and set(OF_DATA) < set(PASSES)


@pytest.mark.parametrize(
    "happens", [nothing, an_error, a_warning, not_sent, sent_since, not_open, nobody_signed_in]
)
def test_the_board_says_ready_when_the_gates_are_open(
    happens: Callable[[Ready, Student], None], ready: Ready, kayla: Student
) -> None:
    ready.prepare()
    validate(ready)
    happens(ready, kayla)
    ready.event.refresh_from_db()
    line = next(line for line in lines_of(ready.event) if line.number == ready.scope.district)
    assert (line.stand is Stand.READY) is (not ready.missing()) is (happens is nothing)
    assert set(line.by_last_validation.closed) <= {
        *ready.missing(),
        "match",
        "report",
    }, "what is known is no other than what the gates find"
    if happens is not nothing:
        assert line.by_last_validation.closed
