"""OPI weighs a rule for a year, for all districts alike: what follows is shown first, the reason is
kept, what the database holds stays.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import AuditEvent, User
from pathways import rules
from pathways.findings.findings import findings
from pathways.models import Participation, ReferenceGeneration, RuleSeverity
from pathways.rules import breaches, severities
from tests.fixtures.records import BUSINESS, FINANCE, District_
from tests.pathways.desk import text
from tests.pathways.lists.test_opi_lists import confirm

LIST = "/admin/pathways/ruleseverity/"
SENT = {
    "rule": "CTE-213",
    "end_year": "2025",
    "severity": "warning",
    "reason": "Letter of 05/30/2025",
}


@pytest.fixture
def desk(client: Client, keeper: User) -> Client:
    client.force_login(keeper)
    return client


@pytest.fixture
def unapproved(cottonwood: District_, elsewhere: District_) -> None:
    """Finance is approved elsewhere alone: two records break CTE-213, both of Cottonwood Bend."""
    elsewhere.approve(FINANCE)
    elsewhere.record(elsewhere.student("999000900"), FINANCE)
    for number in range(2):
        cottonwood.record(cottonwood.student(f"99900010{number}"), FINANCE)


def test_what_follows_is_shown_before_it_is_saved_and_holds_for_all(
    desk: Client, unapproved: None, cottonwood: District_
) -> None:
    generation = ReferenceGeneration.objects.get().generation
    page = text(desk.post(f"{LIST}add/", SENT))
    assert "Nothing has been saved yet" in page and not RuleSeverity.objects.exists()
    assert (
        "“Record in a pathway that is not approved” is now an info in 2024-25 and becomes a warning"
        " for all districts." in page
    )
    assert (
        "1 district, 2 records break it today: each must be corrected or explained before the"
        " district can certify." in page
    )
    assert confirm(desk, f"{LIST}add/", SENT).status_code == 302
    row = RuleSeverity.objects.get()
    assert (row.rule, row.end_year, row.severity, row.reason) == (
        "CTE-213",
        2025,
        "warning",
        "Letter of 05/30/2025",
    )
    event = AuditEvent.objects.get()
    assert (event.kind, event.key, event.end_year, event.district) == (
        "rule severity",
        "CTE-213/2025",
        2025,
        "",
    )
    assert (event.by, event.operation, event.reason) == (
        "HALE, ROBIN",
        "add",
        "Letter of 05/30/2025",
    )
    assert ReferenceGeneration.objects.get().generation == generation + 1, (
        "what was checked before is checked again"
    )
    assert (
        findings(cottonwood.scope).counts.warnings,
        findings(cottonwood.scope).counts.infos,
    ) == (2, 0)


def test_the_count_in_all_districts_is_the_sum_of_each(
    cottonwood: District_, elsewhere: District_, unapproved: None
) -> None:
    for number, district in enumerate((cottonwood, elsewhere)):
        student = district.student(f"99900020{number}")
        district.record(
            student, single_parent=True, start_date=datetime.date(2010, 1, 1), in_district_credits=9
        )
        district.record(student, BUSINESS)
    for rule in rules.judging_stored(2025):
        each = [
            {breach.key for breach in breaches(district.scope, only={rule.id})}
            for district in (cottonwood, elsewhere)
        ]
        reach = rules.reach(rule, 2025)
        assert (reach.records, reach.districts) == (
            sum(len(keys) for keys in each),
            sum(bool(keys) for keys in each),
        ), rule.id
    assert Participation.objects.count() == 7


def test_a_reason_is_asked_for(desk: Client, opi_reference: None) -> None:
    page = text(desk.post(f"{LIST}add/", {**SENT, "reason": ""}))
    assert "Enter a value for Reason" in page and not RuleSeverity.objects.exists()


@pytest.mark.parametrize("severity", ["warning", "info"])
def test_what_the_database_holds_stays_an_error(
    severity: str, desk: Client, opi_reference: None
) -> None:
    page = text(desk.post(f"{LIST}add/", {**SENT, "rule": "CTE-111", "severity": severity}))
    assert "The database does not accept such a record, so this rule must stay an error" in page
    assert not RuleSeverity.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": "CTE-999"},
        {"rule": "CTE-101"},
        {"severity": "fatal"},
        {"end_year": "1999"},
        {"end_year": "x"},
    ],
)
def test_what_is_no_choice_is_refused(
    wrong: dict[str, str], desk: Client, opi_reference: None
) -> None:
    assert "There is a problem" in text(desk.post(f"{LIST}add/", {**SENT, **wrong}))
    assert not RuleSeverity.objects.exists()


def test_a_rule_has_one_severity_a_year_and_goes_back_by_choosing_its_own(
    desk: Client, unapproved: None, cottonwood: District_
) -> None:
    confirm(desk, f"{LIST}add/", SENT)
    assert "already has its own severity in that year" in text(desk.post(f"{LIST}add/", SENT))
    row = RuleSeverity.objects.get()
    seen = json.dumps(
        dict(desk.get(f"{LIST}{row.pk}/change/").context["adminform"].form.initial)["seen"]
    )
    sent: dict[str, Any] = {"severity": "info", "reason": "Withdrawn", "seen": json.loads(seen)}
    page = text(desk.post(f"{LIST}{row.pk}/change/", sent))
    assert "they no longer block certification" in page
    assert confirm(desk, f"{LIST}{row.pk}/change/", sent).status_code == 302
    assert findings(cottonwood.scope).counts.infos == 2
    assert desk.get(f"{LIST}{row.pk}/delete/").status_code == 403
    assert ("Severity", "Warning", "Info") in AuditEvent.objects.order_by("-pk")[0].changes


def test_the_rules_page_shows_the_severity_in_force(client: Client, viewer: User) -> None:
    client.force_login(viewer)
    RuleSeverity.objects.create(
        rule="CTE-213", end_year=2025, severity="warning", reason="Letter of 05/30/2025"
    )
    RuleSeverity.objects.create(rule="CTE-214", end_year=2024, severity="error", reason="Last year")
    page = text(client.get("/rules/"))
    assert "Severities are those of 2024-25." in page
    assert (
        "Warning in 2024-25, set by OPI: Letter of 05/30/2025. The rule's own severity is info."
        in page
    )
    assert "Last year" not in page


def test_opi_staff_see_and_do_not_change(client: Client, opi: User) -> None:
    client.force_login(opi)
    row = RuleSeverity.objects.create(
        rule="CTE-213", end_year=2025, severity="warning", reason="Letter of 05/30/2025"
    )
    assert "CTE-213 Record in a pathway that is not approved" in text(client.get(LIST))
    assert (
        client.post(f"{LIST}{row.pk}/change/", {"severity": "error", "reason": "x"}).status_code
        == 403
    )


def test_an_upload_weighs_as_the_reports_do(opi_reference: None) -> None:
    assert {"CTE-213", "CTE-133"} <= severities.informing(2025)
    RuleSeverity.objects.create(rule="CTE-213", end_year=2025, severity="warning", reason="Letter")
    assert "CTE-213" not in severities.informing(2025) and "CTE-213" in severities.informing(2026)
