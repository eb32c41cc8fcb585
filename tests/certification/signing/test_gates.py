"""The page says *ready* if and only if signing succeeds, over all combinations of what can stand in
the way (design D5).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Sequence
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from certification.models import CertificationEvent
from certification.signing import gates
from certification.signing.refusals import NotSigned
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.editions import Edition, writing_state
from pathways.models import Student
from tests.certification.either import COLLECTIONS, both, ready_for, ready_with
from tests.certification.ready import Ready
from tests.fixtures.examples import examples
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import District_

pytestmark = pytest.mark.django_db(databases=["default", "state"])

IN_THE_WAY = (
    "not open",
    "nobody signed in",
    "running",
    "unsent",
    "roster",
    "raw",
    "not run",
    "waiting",
)
SENT = ((), ("error",), ("warning",), ("error", "warning"))
"""What stands in the way in the data that were sent: each is prepared once."""


@pytest.fixture
@stands
def ready(
    request: pytest.FixtureRequest,
    cottonwood: District_,
    event: CertificationEvent,
    clerk: User,
    kayla: Student,
) -> Ready:
    return ready_for(getattr(request, "param", "cte-eoy"), cottonwood, event, clerk, kayla)


@pytest.fixture
@stands
def sent(request: pytest.FixtureRequest, ready: Ready, kayla: Student) -> Sequence[str]:
    ready.prepare_with(kayla, request.param)
    return tuple(request.param)


def arrange(
    ready: Ready, kayla: Student, states: Collection[str], *, blocks: bool, explained: bool
) -> set[str]:
    """Bring the district into that state; returns the gates that must be closed."""
    closed = ready.hinder(kayla, states, explained=explained)
    if "raw" in states:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pathways_student SET first_name = 'Kaylee' WHERE state_id = '999000123'"
            )
        closed |= {*ready.not_sent}
    if "running" in states:
        Batch.objects.create(
            kind="resync",
            queue="district",
            district="9012",
            end_year=2025,
            submitted_by=ready.clerk,
            submitted_name="X",
            title="Resync State Data",
            idempotency_key=str(uuid.uuid4()),
        )
        closed.add("quiet")
    if "not open" in states:
        ready.event.certification_opens = timezone.localdate() + datetime.timedelta(days=1)
        closed.add("open")
    ready.event.wait_after_resync_blocks = blocks
    ready.event.save()
    if "waiting" in states:
        ready.wait(10)
        closed |= {"waited"} if blocks else set()
    if "nobody signed in" in states:
        User.objects.filter(pk=ready.primary.user_id).update(last_login=None)
        closed.add("certifiers")
    return closed


@both
@pytest.mark.parametrize("sent", SENT, indirect=True, ids=["right", "error", "warning", "both"])
@settings(
    max_examples=examples(10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    states=st.frozensets(st.sampled_from(IN_THE_WAY), max_size=4),
    blocks=st.booleans(),
    explained=st.booleans(),
)
@example(states=frozenset(), blocks=True, explained=True)
@example(states=frozenset(), blocks=True, explained=False)
@example(states=frozenset(IN_THE_WAY), blocks=True, explained=False)
def test_the_page_says_ready_if_and_only_if_signing_succeeds(
    states: frozenset[str],
    blocks: bool,
    explained: bool,
    sent: Sequence[str],
    ready: Ready,
    kayla: Student,
) -> None:
    event_before = (ready.event.certification_opens, ready.event.wait_after_resync_blocks)
    with writing_state(), transaction.atomic(), transaction.atomic(Edition.STATE.value):
        closed = arrange(ready, kayla, {*states, *sent}, blocks=blocks, explained=explained)
        case = ready.case()
        verdicts = gates.verdicts(case)
        assert {verdict.gate.slug for verdict in gates.missing(verdicts)} == closed
        assert all(
            verdict.answer.cure or verdict.gate.slug in ("open", "waited")
            for verdict in gates.missing(verdicts)
        ), "each is one click from its cure"
        try:
            signed = ready.sign(seen=case).sealed
        except NotSigned:
            signed = False
        assert signed == (not closed)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=Edition.STATE.value)
    ready.event.certification_opens, ready.event.wait_after_resync_blocks = event_before


def test_what_is_corrected_and_not_sent_is_led_to_where_it_still_stands(
    ready: Ready, kayla: Student
) -> None:
    answers = {verdict.gate.slug: verdict.answer for verdict in gates.verdicts(ready.case())}
    assert (
        answers["errors"].sentence == answers["warnings"].sentence
        and "is at the state yet" in answers["errors"].sentence
    )
    assert not answers["errors"].passed and not answers["warnings"].passed, (
        "nobody has judged what was never sent"
    )
    ready.change(kayla, in_district_credits=Decimal("2.50"))
    ready.prepare()
    errors = {verdict.gate.slug: verdict.answer for verdict in gates.verdicts(ready.case())}[
        "errors"
    ]
    assert (errors.sentence, errors.cure) == (
        "1 error at the state.",
        "/districts/9012/2025/findings/",
    )
    ready.change(kayla, in_district_credits=Decimal("1.50"))
    assert {verdict.gate.slug: verdict.answer for verdict in gates.verdicts(ready.case())}[
        "errors"
    ].cure == "/districts/9012/2025/findings/?at=state"


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_c_33_nothing_to_report_is_stated(
    collection: str, cottonwood: District_, event: CertificationEvent, clerk: User
) -> None:
    ready = ready_with(collection, cottonwood, event, clerk)
    ready.prepare()
    assert ready.missing() == []
    with pytest.raises(NotSigned, match="nothing to report"):
        ready.sign()
    assert ready.sign(nothing_to_report=True).sealed
    assert ready.copies.get().counts["totals"]["records"] == 0
