"""Each rule finds its breaches and passes its near misses, at entry and on stored rows alike."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.editions import Scope
from pathways import rules
from pathways.files import values
from pathways.ledger import staging
from pathways.ledger.shape import TYPED, Row
from pathways.models import Approval, Change, Enrollment, Participation, Pathway, Student
from pathways.rules import catalogue
from pathways.rules.document import document
from pathways.rules.rule import Example, Judges, Kind, Parameters, Rule
from tests.fixtures.certification import make_event, make_round, seal_records
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_, row

JUDGED = [rule for rule in rules.CATALOGUE if rule.kind not in (Kind.FORMAT, Kind.FILE)]
FORMATS = [rule for rule in rules.CATALOGUE if rule.kind is Kind.FORMAT]
READERS = {
    "in_district_credits": values.credits,
    "start_date": values.date,
    "concentrator": values.yes_or_no,
}


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(rule, example, id=f"{rule.id}-{number}")
        for rule in JUDGED
        for number, example in enumerate(getattr(rule, kind), 1)
    ]


def day(value: Any) -> Any:
    today = timezone.localdate()
    return (
        {"today": today, "tomorrow": today + datetime.timedelta(days=1)}.get(value, value)
        if isinstance(value, str)
        else value
    )


def arrange(example: Example, cottonwood: District_, elsewhere: District_) -> Row:
    """Build the example's world, and the row it stages in it."""
    world = example.world
    student = cottonwood.student("999000123", enrolled="enrollment" not in world)
    typed = {name: day(value) for name, value in example.row.items()}
    if "stored" in world:
        cottonwood.record(
            student,
            **{
                name: value for name, value in {**typed, **world["stored"]}.items() if name in TYPED
            },
        )
        typed.setdefault("version", None)
    if "certified" in world:
        last_year = {
            "modified_end_year": 2024,
            "modified_date": datetime.date(2024, 5, 8),
            "modified_by": "MARTIN, CHERYL",
        }
        cottonwood.record(student, **world["certified"], **last_year)
        seal_records(make_round(make_event(end_year=2024)), Scope("9012", 2024))
        typed.setdefault("version", None)
    if "beside" in world:
        cottonwood.record(student, BUSINESS, **world["beside"])
    match world.get("enrollment"):
        case "other service type":
            cottonwood.enroll(student, service_type="O")
        case "ended before the year":
            cottonwood.enroll(
                student, start_date=datetime.date(2024, 5, 1), end_date=datetime.date(2024, 6, 15)
            )
        case "left in March":
            cottonwood.enroll(student, end_date=datetime.date(2025, 3, 3), end_status="110")
    if world.get("approval") == "lapsed":
        Approval.objects.filter(pathway__name=HEALTH).delete()
    if world.get("pathway") == "retired":
        Pathway.objects.filter(name=HEALTH).update(last_year=2024)
    typed_row = row(student, HEALTH, **typed)
    if world.get("student") == "of another district":
        return row(elsewhere.student("999000999"), HEALTH, **typed)
    if world.get("student") == "unknown":
        return row(987654321, HEALTH, **typed)
    return typed_row


def broken_rules(cottonwood: District_, *rows: Row) -> set[str]:
    return {
        finding.rule.id
        for finding in rules.check_staged(cottonwood.scope, staging.stage(rows)).findings
    }


@pytest.mark.parametrize(("rule", "example"), examples("failing"))
def test_a_rule_finds_its_breach(
    rule: Rule, example: Example, cottonwood: District_, elsewhere: District_
) -> None:
    assert rule.id in broken_rules(cottonwood, arrange(example, cottonwood, elsewhere))


@pytest.mark.parametrize(("rule", "example"), examples("passing"))
def test_a_rule_passes_the_near_miss(
    rule: Rule, example: Example, cottonwood: District_, elsewhere: District_
) -> None:
    assert rule.id not in broken_rules(cottonwood, arrange(example, cottonwood, elsewhere))


@pytest.mark.parametrize("rule", FORMATS, ids=lambda rule: rule.id)
def test_a_format_rule_reads_its_examples(rule: Rule) -> None:
    read = READERS[rule.field]
    for example in rule.passing:
        assert read(example.text, "It") is not None
    for example in rule.failing:
        with pytest.raises(values.Unreadable) as refusal:
            read(example.text, "It")
        assert refusal.value.rule == rule.id, example.text


def test_every_rule_has_words_and_three_examples_or_a_pair() -> None:
    for rule in rules.CATALOGUE:
        assert rule.title and rule.message and rule.remedy and rule.source
        assert rule.passing and rule.failing, rule.id


def test_a_lawful_row_has_no_findings(cottonwood: District_, kayla: Student) -> None:
    assert broken_rules(cottonwood, row(kayla)) == set()


def test_rules_stay_in_their_district(cottonwood: District_, elsewhere: District_) -> None:
    stranger = elsewhere.student("999000555")
    elsewhere.record(stranger, in_district_credits=3)
    assert rules.check_stored(cottonwood.scope) == []
    assert [finding.rule.id for finding in rules.check_stored(elsewhere.scope)] == ["CTE-131"]


def test_stored_rows_and_the_same_rows_staged_give_the_same_findings(cottonwood: District_) -> None:
    """Entry, upload, district and state never disagree: one catalogue judges all."""
    cases: list[dict[str, Any]] = [
        {},
        {"concentrator": True},
        {"in_district_credits": 2},
        {"in_district_credits": "1.90", "out_of_district_credits": "0.10"},
        {"dual_enrollment_credits": 1, "work_based_learning_credits": 1},
        {"start_date": datetime.date(2006, 5, 5)},
        {"start_date": timezone.localdate() + datetime.timedelta(days=40)},
    ]
    for number, case in enumerate(cases):
        student = cottonwood.student(f"9990002{number:02d}")
        cottonwood.record(student, HEALTH, **case)
        cottonwood.record(student, BUSINESS, **{**case, "single_parent": number % 2 == 0})
        cottonwood.record(student, FINANCE)
    stored = rules.check_stored(cottonwood.scope)
    records = list(Participation.objects.order_by("pk"))
    staged = staging.stage(Row.of(record, version=record.version) for record in records)
    judged_both = {rule.id for rule in rules.CATALOGUE if rule.judges is Judges.ALL}
    again = [
        finding
        for finding in rules.check_staged(cottonwood.scope, staged).findings
        if finding.rule.id in judged_both
    ]
    keys = {line: record.pk for line, record in enumerate(records, 1)}
    assert {(keys[finding.key], finding.rule.id, finding.message) for finding in again} == {
        (finding.key, finding.rule.id, finding.message) for finding in stored
    }
    assert {finding.rule.id for finding in stored} >= {
        "CTE-126",
        "CTE-131",
        "CTE-132",
        "CTE-133",
        "CTE-204",
        "CTE-213",
        "CTE-301",
    }


@pytest.mark.parametrize("missing", ["student_id", "pathway_id", "version", *TYPED])
def test_a_missing_value_breaks_required_rules_alone(
    missing: str, cottonwood: District_, kayla: Student
) -> None:
    required = {rule.id for rule in rules.CATALOGUE if "required" in rule.title} | {"CTE-200"}
    assert broken_rules(cottonwood, row(kayla, **{missing: None})) <= required


def test_a_row_with_nothing_in_it_is_judged_without_an_error(cottonwood: District_) -> None:
    assert broken_rules(cottonwood, Row(None, None)) == {
        f"CTE-1{number:02d}" for number in range(1, 9)
    } | {"CTE-200"}


def test_two_hundred_rows_take_as_many_statements_as_one(cottonwood: District_) -> None:
    students = [cottonwood.student(f"99900{number:04d}") for number in range(200)]

    def statements(rows: list[Row]) -> int:
        staged = staging.stage(rows)
        with CaptureQueriesContext(connection) as queries:
            rules.check_staged(cottonwood.scope, staged)
        return len(queries)

    assert statements([row(student) for student in students]) == statements([row(students[0])]) == 3


def test_prospective_rows_are_judged_not_the_ones_they_replace(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla, HEALTH, single_parent=False)
    cottonwood.record(kayla, BUSINESS, single_parent=False)
    rows = [row(kayla, name, version=1, single_parent=True) for name in (HEALTH, BUSINESS)]
    assert "CTE-301" in broken_rules(cottonwood, rows[0])
    assert "CTE-301" not in broken_rules(cottonwood, *rows)


def test_a_message_names_the_total_the_pathway_and_the_year(
    cottonwood: District_, kayla: Student
) -> None:
    checked = rules.check_staged(
        cottonwood.scope, staging.stage([row(kayla, FINANCE, in_district_credits=2)])
    )
    messages = {finding.rule.id: finding.message for finding in checked.findings}
    assert (
        messages["CTE-131"]
        == "Total is 2.00. Choose Yes for CTE Concentrator, or check the credits"
    )
    assert (
        messages["CTE-212"]
        == "Finance is not approved for this district for 2024-25. OPI can approve it"
    )


def test_what_a_constraint_forbids_a_rule_refuses_with_the_same_name() -> None:
    constraints = {constraint.name for constraint in Participation._meta.constraints}
    assert {rule.constraint for rule in rules.CATALOGUE if rule.constraint} == constraints
    for rule in rules.CATALOGUE:
        if rule.constraint:
            assert rule.on_entry is rules.OnEntry.REFUSE


@pytest.mark.parametrize(
    "values",
    [
        {"in_district_credits": "-0.01"},
        {"in_district_credits": "30.01"},
        {"out_of_district_credits": "NaN"},
        {"in_district_credits": "20", "out_of_district_credits": "10.01"},
        {"dual_enrollment_credits": "1.51"},
        {"work_based_learning_credits": "-1"},
        {"work_based_learning_credits": "1.51"},
    ],
)
def test_u_53_the_database_itself_refuses_impossible_credits(
    values: dict[str, str], cottonwood: District_, kayla: Student
) -> None:
    record = cottonwood.record(kayla)
    if "NaN" in values.values() and connection.vendor == "sqlite":
        values = {"out_of_district_credits": "31"}  # SQLite has no NaN in a numeric column
    sets = ", ".join(f"{name} = '{value}'" for name, value in values.items())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE pathways_participation SET {sets} WHERE id = {record.pk}")


def test_credits_in_steps_of_a_hundredth_add_up_on_this_database(cottonwood: District_) -> None:
    """SQLite keeps credits as floats: total, and *within the total*, hold for each lawful pair all
    the same.
    """
    students = [cottonwood.student(f"9990007{number:02d}") for number in range(25)]
    records = [cottonwood.record(student) for student in students]
    hundredth = Decimal("0.01")
    pairs = [
        (hundredth * inside, hundredth * outside)
        for inside in range(0, 301, 7)
        for outside in range(0, 301, 11)
    ]
    chosen = pairs[:: max(1, len(pairs) // 400)]
    for start in range(0, len(chosen), len(students)):
        staged = staging.stage(
            [
                row(
                    student,
                    version=None,
                    in_district_credits=inside,
                    out_of_district_credits=outside,
                    dual_enrollment_credits=inside + outside,
                    work_based_learning_credits=inside + outside,
                    concentrator=inside + outside >= 2,
                )
                for student, (inside, outside) in zip(students, chosen[start:], strict=False)
            ]
        )
        assert not {
            finding.rule.id for finding in rules.check_staged(cottonwood.scope, staged).findings
        } - {"CTE-133"}
    assert {record.version for record in records} == {1}


def test_the_rules_page_is_the_catalogue() -> None:
    assert (settings.BASE_DIR / "docs" / "rules.md").read_text() == document(), (
        "run: python3 manage.py rules"
    )


def test_enrollment_service_types_that_count_are_the_guides() -> None:
    assert Enrollment.SERVICE_TYPES_THAT_COUNT == ("P", "S", "N")
    assert Change.Source.FORM.label == "CTE Concentrator screen"


@pytest.mark.parametrize(
    ("world", "typed", "expected"),
    [
        ({"approval": "lapsed"}, {}, {"CTE-212"}),
        (
            {"approval": "lapsed", "stored": {}},
            {"in_district_credits": Decimal("1.75")},
            {"CTE-212"},
        ),
        ({"approval": "lapsed", "stored": {}}, {}, {"CTE-213"}),
        ({"pathway": "retired"}, {}, {"CTE-211"}),
        ({"pathway": "retired", "stored": {}}, {}, {"CTE-214"}),
    ],
)
def test_a_row_in_a_pathway_the_district_may_not_use_has_one_finding(
    world: dict[str, Any],
    typed: dict[str, Any],
    expected: set[str],
    cottonwood: District_,
    elsewhere: District_,
) -> None:
    """walk 33: it had the error *OPI can approve it* and the info *The record stays*, which says
    the opposite.
    """
    stored = {"stored": {"in_district_credits": Decimal("1.50")}} if "stored" in world else {}
    arranged = arrange(Example(row=typed, world={**world, **stored}), cottonwood, elsewhere)
    assert (
        broken_rules(cottonwood, arranged) & {"CTE-211", "CTE-212", "CTE-213", "CTE-214"}
        == expected
    )
    assert len(broken_rules(cottonwood, arranged)) == 1


def test_all_districts_are_judged_by_one_statement() -> None:
    """To put its SQL together takes many times as long as to judge a record: on the last day each
    district's first save did so in each process. Who asks is one of its values.
    """
    scopes = [Scope("9012", 2025), Scope("0965", 2025)]
    (first, own), (second, other) = [
        catalogue.judged_by(
            catalogue._staged_rows,
            catalogue.compiled(scope),
            Parameters(scope, timezone.localdate()),
        )
        for scope in scopes
    ]
    assert first is second
    assert "9012" in own and "0965" not in own
    assert own == tuple("9012" if value == "0965" else value for value in other)
