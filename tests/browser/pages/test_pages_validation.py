"""Pages of findings, reports and rules in each of their states."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from pathways.findings.explaining import explain
from pathways.findings.findings import listed
from pathways.lists import changing
from pathways.models import GroupAssignment, RuleSeverity
from pathways.reports.groups import GROUPS
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, send_everything

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

FINDINGS = "/districts/9012/2025/findings/"


def with_findings(address: str = "", *, by: str = "") -> Callable[[Stage, Page], None]:
    """Findings of each level: the guide's student differs, another began long ago, one is
    explained, one has an approval that lapsed.
    """

    def visit(stage: Stage, page: Page) -> None:
        students = [
            stage.cottonwood.student(f"99900090{number}", "Found", f"Nr{number}")
            for number in range(3)
        ]
        for student in students[:2]:
            stage.cottonwood.record(student, start_date=datetime.date(2016, 8, 29))
        stage.cottonwood.record(students[2], FINANCE)
        warnings = list(listed(stage.cottonwood.scope, students={students[0].pk}))
        explain(stage.cottonwood.scope, warnings, "Began in a program abroad.", by="KELLER, DANIEL")
        keys = {
            "student": students[1].pk,
            "explained": students[0].pk,
            "kayla": stage.kayla.pk,
            "pathway": stage.health(),
        }
        page.goto((address or FINDINGS).format(**keys))

    return visit


def unexplained(stage: Stage, page: Page) -> None:
    with_findings(FINDINGS + "CTE-127/explain/")(stage, page)
    page.get_by_role("button", name="Explain this finding").click()
    expect(page.get_by_role("alert")).to_be_focused()


SEVERITIES = "/admin/pathways/ruleseverity/"


def weighed(page_name: str = "") -> Callable[[Stage, Page], None]:
    """OPI has made CTE-127 an info: the list, or the row's own page."""

    def visit(stage: Stage, page: Page) -> None:
        row = RuleSeverity(
            rule="CTE-127", end_year=2025, severity="info", reason="Letter of 05/30/2025"
        )
        with changing.changing(by=stage.people["keeper"], reason=row.reason) as entries:
            entries.add([row])
        page.goto(
            "/rules/#cte-127"
            if page_name == "rules"
            else f"{SEVERITIES}{row.pk}/change/"
            if page_name == "change"
            else SEVERITIES
        )

    return visit


def severity_effect(stage: Stage, page: Page) -> None:
    page.goto(f"{SEVERITIES}add/")
    page.get_by_label("Rule", exact=True).select_option("CTE-301")
    page.get_by_label("Severity").select_option("warning")
    page.get_by_label("Reason").fill("Letter of 05/30/2025")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()


def validation(
    query: str = "", *, sent: bool = True, run: str = "", wrong: bool = True
) -> Callable[[Stage, Page], None]:
    """Data Validation Reports with both groups assigned, records sent and one edited since."""

    def visit(stage: Stage, page: Page) -> None:
        for group in GROUPS:
            GroupAssignment.objects.assign("9012", group.slug, {"data-clerk", "viewer"})
        if wrong:
            stage.cottonwood.record(stage.kayla, HEALTH, in_district_credits=Decimal("2.50"))
            stage.cottonwood.roster(stage.kayla, FINANCE)
        if sent:
            send_everything()
            stage.cottonwood.record(stage.kayla, BUSINESS, in_district_credits=Decimal("1.75"))
        page.goto(stage.address("data-validation-reports") + query)
        if run:
            page.get_by_role("button", name=run).click()
            expect(page.get_by_text("reports run at the")).to_be_visible()

    return visit


def validation_batch(stage: Stage, page: Page) -> None:
    validation(run="Run all at State")(stage, page)
    page.get_by_role("table").first.get_by_role("link", name=re.compile("(AM|PM)$")).first.click()
    page.wait_for_url("**/batches/**")


def validated_everywhere(stage: Stage, page: Page) -> None:
    validation()(stage, page)
    page.goto("/opi/data-validation/")


def group_assigned(stage: Stage, page: Page) -> None:
    page.goto(stage.address("validation-groups"))
    page.get_by_label("Data Clerk").first.check()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def record_changes(label: str, text: str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        page.goto("/opi/record-changes/")
        page.get_by_label(label).first.fill(text)
        page.get_by_role("main").get_by_role("button", name="Show").click()
        page.wait_for_load_state()

    return visit


STATES: dict[str, list[State]] = {
    "admin:pathways_ruleseverity_changelist": [
        State("list", weighed(), who="keeper"),
        State("empty, OPI Staff", at(SEVERITIES), who="opi"),
    ],
    "admin:pathways_ruleseverity_add": [
        State("add", at(SEVERITIES + "add/"), who="keeper"),
        State("what follows", severity_effect, who="keeper"),
    ],
    "admin:pathways_ruleseverity_change": [State("change", weighed("change"), who="keeper")],
    "findings": [
        State("by record", with_findings()),
        State("by rule", with_findings(FINDINGS + "?by=rule&rule=CTE-127&level=all")),
        State("explained", with_findings(FINDINGS + "?level=explained")),
        State(
            "narrowed, with all columns",
            with_findings(
                FINDINGS + "?level=all&sort=-school&since=01/01/2020&rows=200"
                "&columns=state_id&columns=grade&columns=school&columns=pathway&columns=level"
                "&columns=rule&columns=message&columns=explanation&columns=modified"
            ),
        ),
        State("cannot be read", with_findings(FINDINGS + "?since=x&school=0")),
        State("none of a kind", at(FINDINGS + "?level=explained")),
        State("nothing sent", at(FINDINGS + "?at=state")),
        State("no records", at("/districts/9012/2026/findings/")),
        State("viewer", with_findings(), who="viewer"),
        State(
            "at a record, error",
            with_findings(
                "/districts/9012/2025/cte-concentrator/{kayla}/{pathway}/?finding=CTE-301"
            ),
        ),
        State(
            "at a record, warning",
            with_findings(
                "/districts/9012/2025/cte-concentrator/{student}/{pathway}/?finding=CTE-127#id_start_date"
            ),
        ),
        State(
            "at a record, explained",
            with_findings(
                "/districts/9012/2025/cte-concentrator/{explained}/{pathway}/?finding=CTE-127"
            ),
        ),
        State(
            "at a record, solved",
            with_findings(
                "/districts/9012/2025/cte-concentrator/{student}/{pathway}/?finding=CTE-131"
            ),
        ),
    ],
    "findings-explain": [
        State("all of a rule", with_findings(FINDINGS + "CTE-127/explain/")),
        State("without a reason", unexplained),
        State("an error", with_findings(FINDINGS + "CTE-301/explain/")),
        State("nothing left", at(FINDINGS + "CTE-127/explain/")),
    ],
    "finding-explain": [
        State("one", with_findings(FINDINGS + "CTE-127/explain/{student}/{pathway}/"))
    ],
    "rules": [State("page", at("/rules/")), State("a severity set by OPI", weighed("rules"))],
    "data-validation-reports": [
        State("not sent", validation(sent=False)),
        State("errors open", validation("?report=incorrect-concentrator")),
        State("nothing found", validation("?report=incorrect-concentrator", wrong=False)),
        State("at the state", validation("?report=single-parent-different&at=state")),
        State("does not match", validation("?report=certification&at=state")),
        State("list", validation("?report=modified-in-current-year")),
        State("rostered", validation("?report=rostered-to-courses-with-pathways")),
        State("ran", validation(run="Run all at State")),
        State("no match", validation("?find=zzz")),
        State(
            "nothing assigned",
            at(lambda stage: stage.address("data-validation-reports")),
            who="administrator",
        ),
        State("as a viewer", validation("?report=incorrect-concentrator"), who="viewer"),
        State(
            "another year",
            at("/districts/9012/2024/data-validation-reports/?report=single-parent-different"),
            who="opi",
        ),
    ],
    "validation-of-all": [
        State("figures", validated_everywhere, who="opi"),
        State("no match", at("/opi/data-validation/?find=zzz"), who="opi"),
        State("no errors", at("/opi/data-validation/?look=yes"), who="opi"),
    ],
    "shared-students": [State("nobody", at("/opi/students-of-two-districts/"), who="opi")],
    "record-changes": [
        State("nothing asked", at("/opi/record-changes/"), who="opi"),
        State("found", record_changes("Who", "martin"), who="opi"),
        State("no match", record_changes("Who", "zzz"), who="opi"),
        State("bad date", record_changes("From", "31.12.2025"), who="opi"),
    ],
    "validation-groups": [
        State("read", at(lambda stage: stage.address("validation-groups"))),
        State("assigned", group_assigned, who="administrator"),
        State("no match", at(lambda stage: stage.address("validation-groups") + "?find=zzz")),
    ],
    "batch": [State("validation run", validation_batch)],
}


@each(STATES)
def test_g_01_g_05_a_page_in_a_state_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
