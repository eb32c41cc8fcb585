"""The event's page reads every record once, and again when something has moved that it shows; who
signs is judged anew.

What is kept is End of Year's alone: what Fall CTE signs is read for each page (`shown_case`).
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certification.models import Signature
from certification.signing.case import Case, shown_case
from certification.status.status import event_of
from cte_portal.accounts.models import User
from cte_portal.editions import writing_state
from pathways.findings import explaining
from pathways.findings.findings import findings
from pathways.lists.changing import changing
from pathways.lists.publish import publish
from pathways.models import Explanation, Outcome, Participation, RuleSeverity, Student
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import STUDENT
from tests.certification.either import both, ready
from tests.certification.ready import Ready
from tests.certification.ready_fall import LOOKING
from tests.certification.signing.test_signing_page import Page
from tests.fixtures.records import BUSINESS
from tests.fixtures.resync import STATE

__all__ = ["ready"]
pytestmark = pytest.mark.django_db(databases=["default", "state"])
CLERK = "MARTIN, CHERYL"


def facts(case: Case) -> tuple[Any, ...]:
    document = case.document
    numbers = (len(document.rows), len(document.findings), len(document.explanations))
    return numbers, document.counts, case.digest, case.matches, case.open_findings


def shown(ready: Ready) -> tuple[Any, ...]:
    """As the page has it; right, whatever was kept."""
    district_event = event_of(ready.scope, ready.event.pk)
    assert district_event is not None
    case = shown_case(ready.scope, district_event, ready.primary.user, {})
    now = facts(case)
    assert now == facts(ready.case())
    return now


def test_the_page_reads_no_record_while_nothing_moves(client: Client, ready: Ready) -> None:
    """Issue 16: 46 times the empty layout in the largest district."""
    client.force_login(ready.primary.user)
    address = f"/districts/9012/2025/event-certification/{ready.event.pk}/"
    first = client.get(address).content
    with (
        CaptureQueriesContext(connection) as queries,
        CaptureQueriesContext(connections[STATE]) as state,
    ):
        assert client.get(address).content.count(b"Business") == first.count(b"Business")
    statements = [query["sql"] for query in (*queries.captured_queries, *state.captured_queries)]
    reading = [sql for sql in statements if "canonical_state_id" in sql or "judged" in sql]
    assert not reading and len(statements) <= 24, "\n".join(sql[:160] for sql in statements)


def test_what_the_page_says_follows_whatever_it_hangs_on(
    ready: Ready, kayla: Student, keeper: User
) -> None:
    steps = [shown(ready)]
    ready.change(kayla, in_district_credits="2.50")
    steps.append(shown(ready))
    ready.send()
    steps.append(shown(ready))
    ready.record(ready.district.student("999000779", "Late", "Lee"), BUSINESS)
    steps.append(shown(ready))
    ready.send()
    steps.append(shown(ready))
    edit = RowEdit({"last_name": "Other"}, kayla.pk, editing.version_of(STUDENT, kayla.pk))
    editing.write(ready.scope, [(STUDENT, edit)], by=CLERK)
    steps.append(shown(ready))
    ready.send()
    steps.append(shown(ready))
    with changing(by=keeper, reason="Letter") as entries:
        entries.add(
            [RuleSeverity(rule="CTE-131", end_year=2025, severity="warning", reason="Letter")]
        )
    steps.append(shown(ready))
    publish()
    warnings = [finding for finding in findings(ready.scope).lines if finding.is_open]
    explaining.explain(ready.scope, warnings, "Known.", by=CLERK)
    steps.append(shown(ready))
    explaining.take_back(ready.scope, Explanation.objects.latest("pk").pk, by=CLERK)
    steps.append(shown(ready))
    ready.event.name = "Another name"
    ready.event.save()
    shown(ready)
    assert [now for now, before in zip(steps[1:], steps, strict=False) if now == before] == []


@both
def test_who_signs_is_judged_anew(ready: Ready) -> None:
    """What SQL changed at the state shows on the page within minutes; signed it never is."""
    page = Page(ready, ready.primary.user)
    form = page.filled()
    with writing_state():
        Participation.objects.using(STATE).update(single_parent=True, modified_date=timezone.now())
        Outcome.objects.using(STATE).update(status=LOOKING)
    answer = page.press(form)
    assert not Signature.objects.exists()
    assert answer.status_code == 200 and form["digest"] not in answer.content.decode()
