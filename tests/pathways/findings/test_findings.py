"""What is found in a district's records: exact counts, one value for what a rule reads,
explanations that hold while it stays.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathways import rules
from pathways.findings import explaining, findings
from pathways.findings.explaining import explain, take_back
from pathways.findings.finding_list import FindingList
from pathways.findings.findings import Counts, ListedFinding
from pathways.findings.kept_findings import kept_findings
from pathways.models import Approval, Explanation, Participation, RuleSeverity, Student
from pathways.rules import Severity, severities
from tests.fixtures.examples import examples
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_

LONG_AGO = datetime.date(2016, 8, 29)


def listed(district: District_, rule: str = "") -> list[ListedFinding]:
    return [
        finding
        for finding in findings.findings(district.scope).lines
        if not rule or finding.rule.id == rule
    ]


def counts(district: District_) -> Counts:
    return findings.findings(district.scope).counts


@pytest.fixture
def world(cottonwood: District_) -> District_:
    """An error, two warnings, one finding for information, and a student whose answers differ."""
    students = [cottonwood.student(f"99900010{number}", f"Last{number}") for number in range(5)]
    cottonwood.record(students[0], in_district_credits=Decimal("2.50"))
    cottonwood.record(students[1], start_date=LONG_AGO)
    cottonwood.record(students[2], start_date=LONG_AGO)
    cottonwood.record(students[3], FINANCE)
    cottonwood.record(students[4], HEALTH, single_parent=True)
    cottonwood.record(students[4], BUSINESS)
    return cottonwood


def test_counts_are_exact_by_level_and_by_rule(world: District_) -> None:
    result = findings.findings(world.scope)
    assert (result.records, result.counts) == (
        6,
        Counts(errors=3, warnings=2, explained=0, infos=1),
    )
    assert [(of_rule.rule.id, of_rule.total, of_rule.open) for of_rule in result.by_rule] == [
        ("CTE-131", 1, 1),
        ("CTE-301", 2, 2),
        ("CTE-127", 2, 2),
        ("CTE-213", 1, 0),
    ]


def test_a_finding_names_its_subject_by_natural_key_and_its_value_without_locale(
    world: District_,
) -> None:
    by_rule = {finding.rule.id: finding.breach for finding in listed(world)}
    assert (by_rule["CTE-131"].state_id, by_rule["CTE-131"].pathway) == ("999000100", HEALTH)
    assert (
        by_rule["CTE-131"].value
        == "concentrator=No in_district_credits=2.50 out_of_district_credits=0.00"
    )
    assert by_rule["CTE-127"].value == "start_date=2016-08-29"
    records = Participation.objects.filter(student__state_id="999000104").order_by("pathway_id")
    value = " ".join(
        f"{record.pathway_id}.single_parent={'Yes' if record.single_parent else 'No'}"
        for record in records
    )
    assert by_rule["CTE-301"].value == value, (
        "a cross-row rule looks at all of the student's answers"
    )


def test_the_state_is_judged_as_it_was_sent(
    world: District_, state_edition: Callable[[], None]
) -> None:
    at_state = world.scope.at_state()
    assert findings.findings(at_state).total == 0
    state_edition()
    assert findings.findings(at_state).counts == counts(world)
    world.record(
        Student.objects.get(state_id="999000100"),
        concentrator=True,
        in_district_credits=Decimal("2.50"),
    )
    assert (findings.findings(at_state).counts.errors, counts(world).errors) == (3, 2)


def test_only_so_many_are_held_the_heaviest_first_and_the_counts_stay_exact(
    world: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "MOST_HELD", 4)
    result = findings.findings(world.scope)
    assert [finding.severity for finding in result.lines] == [Severity.ERROR] * 3 + [
        Severity.WARNING
    ]
    assert result.total == 6 and result.counts.infos == 1
    kept = kept_findings(world.scope, {}, FindingList())
    assert kept.is_cut and kept.total == 5 and len(kept.lines(kept.keys)) == 4


def test_more_records_take_no_more_statements(world: District_) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            findings.findings(world.scope)
        return len(queries)

    before = statements()
    for number in range(20):
        world.record(world.student(f"9990007{number:02d}"), start_date=LONG_AGO)
    assert statements() == before <= 5


def test_v_06_an_explanation_holds_while_the_value_stays_and_again_when_it_returns(
    world: District_, state_edition: Callable[[], None]
) -> None:
    explained = [
        finding for finding in listed(world, "CTE-127") if finding.breach.state_id == "999000101"
    ]
    explain(world.scope, explained, "Transfer from a six-year program.", by="MARTIN, CHERYL")
    assert (counts(world).warnings, counts(world).explained) == (1, 1)
    state_edition()
    assert findings.findings(world.scope.at_state()).counts.explained == 1, (
        "it meets the state's findings by natural key"
    )
    student = Student.objects.get(state_id="999000101")
    world.record(student, start_date=datetime.date(2015, 8, 29))
    assert (counts(world).warnings, counts(world).explained) == (
        2,
        0,
    ), "another value is another finding"
    world.record(student, start_date=LONG_AGO, work_based_learning_credits=Decimal("0.50"))
    assert (counts(world).warnings, counts(world).explained) == (
        1,
        1,
    ), "back to the value; other fields do not matter"
    (finding,) = [finding for finding in listed(world, "CTE-127") if finding.explanation]
    assert (finding.explanation.by, finding.explanation.reason) == (
        "MARTIN, CHERYL",
        "Transfer from a six-year program.",
    )  # type: ignore[union-attr]


def test_it_outlives_a_record_that_is_entered_anew(world: District_) -> None:
    explain(world.scope, listed(world, "CTE-127"), "Known.", by="MARTIN, CHERYL")
    Participation.objects.get(student__state_id="999000101").delete()
    world.record(Student.objects.get(state_id="999000101"), start_date=LONG_AGO)
    assert counts(world).explained == 2


def test_errors_are_never_explained(world: District_) -> None:
    with pytest.raises(explaining.NotAWarning):
        explain(world.scope, listed(world), "All of it.", by="X")
    assert not Explanation.objects.exists()


def test_the_second_of_two_clerks_is_shown_the_others(world: District_) -> None:
    seen = listed(world, "CTE-127")
    assert explain(world.scope, seen[:1], "First.", by="MARTIN, CHERYL").written == 1
    second = explain(world.scope, seen, "Second.", by="KELLER, DANIEL")
    assert second.written == 1
    assert [(explanation.by, explanation.reason) for explanation in second.existing] == [
        ("MARTIN, CHERYL", "First.")
    ]


def test_taking_back_opens_the_warning_and_keeps_what_was_said(world: District_) -> None:
    explain(world.scope, listed(world, "CTE-127"), "Wrong reason.", by="MARTIN, CHERYL")
    first = Explanation.objects.order_by("pk")[0]
    take_back(world.scope, first.pk, by="KELLER, DANIEL")
    with pytest.raises(explaining.TakenBack):
        take_back(world.scope, first.pk, by="KELLER, DANIEL")
    assert (counts(world).warnings, counts(world).explained) == (1, 1)
    open_again = [finding for finding in listed(world, "CTE-127") if not finding.explanation]
    explain(world.scope, open_again, "Right reason.", by="KELLER, DANIEL")
    first.refresh_from_db()
    assert (first.reason, first.by, first.taken_back_by) == (
        "Wrong reason.",
        "MARTIN, CHERYL",
        "KELLER, DANIEL",
    )
    assert Explanation.objects.count() == 3 and counts(world).explained == 2


def test_one_district_or_year_explains_nothing_for_another(
    world: District_, elsewhere: District_
) -> None:
    elsewhere.record(elsewhere.student("999000101"), start_date=LONG_AGO)
    explain(world.scope, listed(world, "CTE-127"), "Known.", by="X")
    assert counts(elsewhere).warnings == 1
    assert not Explanation.objects.of(replace(world.scope, end_year=2026)).exists()


def test_opi_weighs_a_rule_for_a_year(world: District_) -> None:
    before = severities.digest(2025)
    RuleSeverity.objects.create(rule="CTE-213", end_year=2025, severity="warning", reason="Letter")
    RuleSeverity.objects.create(rule="CTE-127", end_year=2026, severity="info", reason="Letter")
    assert counts(world) == Counts(errors=3, warnings=3)
    assert severities.digest(2025) != before
    RuleSeverity.objects.filter(end_year=2025).delete()
    assert severities.digest(2025) == before != severities.digest(2026)


def test_the_rules_in_force_have_one_value_that_a_deploy_leaves_alone(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = severities.digest(2025)
    assert [in_force.id for in_force in severities.rules_in_force(2025)] == [
        rule.id for rule in rules.judging_stored(2025)
    ]
    rule = rules.by_id("CTE-131")
    changed: dict[str, Any] = {
        "limits": (Decimal("2.50"),),
        "field": "single_parent",
        "reads": ("concentrator",),
    }
    for name, value in changed.items():
        judging = [
            replace(in_force, **{name: value}) if in_force is rule else in_force
            for in_force in rules.judging_stored(2025)
        ]
        monkeypatch.setattr(severities, "judging_stored", lambda end_year, judging=judging: judging)
        assert severities.digest(2025) != before, name
        monkeypatch.undo()
    words = {
        "title": "Other",
        "problem": "Other",
        "message": "Other",
        "remedy": "Other",
        "source": "Elsewhere",
        "passing": (),
    }
    reworded = [replace(in_force, **words) for in_force in rules.judging_stored(2025)]
    monkeypatch.setattr(severities, "judging_stored", lambda end_year: reworded[::-1])
    assert severities.digest(2025) == before, (
        "neither order, words, sources nor examples are part of it"
    )


EDIT = st.fixed_dictionaries(
    {
        "student": st.integers(0, 3),
        "pathway": st.sampled_from([HEALTH, BUSINESS, FINANCE]),
        "concentrator": st.booleans(),
        "single_parent": st.booleans(),
        "start_date": st.sampled_from(
            [LONG_AGO, datetime.date(2022, 7, 14), datetime.date(2040, 1, 1)]
        ),
        "in_district_credits": st.sampled_from(
            [Decimal(0), Decimal("1.90"), Decimal("2.00"), Decimal("8.10")]
        ),
        "out_of_district_credits": st.sampled_from([Decimal(0), Decimal("0.10")]),
    }
)


class Undone(Exception):
    pass


@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=st.lists(EDIT, min_size=1, max_size=8), explained=st.booleans())
def test_a_recheck_of_one_student_is_the_full_run_restricted_to_it(
    edits: list[dict[str, Any]], explained: bool, cottonwood: District_
) -> None:
    try:
        with transaction.atomic():
            Approval.objects.filter(pathway__name=BUSINESS).delete()
            students = [
                cottonwood.student(f"99900060{number}", f"Last{number}") for number in range(4)
            ]
            for edit in edits:
                values = {
                    name: value
                    for name, value in edit.items()
                    if name not in ("student", "pathway")
                }
                cottonwood.record(students[edit["student"]], edit["pathway"], **values)
                if explained:
                    warnings = [
                        finding
                        for finding in listed(cottonwood)
                        if finding.severity is Severity.WARNING
                    ]
                    explain(cottonwood.scope, warnings, "Known.", by="X")
                whole = findings.findings(cottonwood.scope)
                for student in students:
                    alone = findings.listed(cottonwood.scope, students={student.pk})
                    assert sorted(alone, key=str) == sorted(
                        (
                            finding
                            for finding in whole.lines
                            if finding.breach.student_id == student.pk
                        ),
                        key=str,
                    )
                assert {finding.breach.key for finding in whole.lines} <= set(
                    Participation.objects.values_list("pk", flat=True)
                )
            raise Undone
    except Undone:
        pass
