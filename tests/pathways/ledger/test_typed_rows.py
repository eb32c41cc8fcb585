"""What a raw statement hands to a page has one type on both databases, and only what differs is
called changed.
"""

from __future__ import annotations

import ast
import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from cte_portal.accounts.models import User
from pathways import rules
from pathways.ledger import ledger
from pathways.ledger.shape import TYPED, Row
from pathways.ledger.staging import stage
from pathways.ledger.typed_rows import TYPES, typed
from pathways.models import Student
from pathways.rules.catalogue import check_staged
from pathways.uploads.changed_rows import changed_rows
from tests.fixtures.records import BUSINESS, District_
from tests.fixtures.uploads import Upload, file, line

SOURCES = [*Path("pathways").rglob("*.py"), *Path("certification").rglob("*.py")]


@pytest.mark.parametrize("work", ["validate", "upload"])
def test_only_the_fields_that_differ_are_called_changed(
    work: str, upload: Upload, cottonwood: District_, kayla: Student, client: Client, clerk: User
) -> None:
    """walk 1, FR-208: a Start Date that did not change was listed in every changed row."""
    cottonwood.record(kayla)
    other = cottonwood.student("999000200", "Becker", "Noah")
    cottonwood.record(other)
    both = line(inside="2.00", total="2.00", concentrator="Y", start="07/15/2022")
    done = upload(
        file(
            both,
            line(state_id="999000200", last="Becker", first="Noah", inside="1.75", total="1.75"),
        ),
        work=work,
    )
    client.force_login(clerk)
    page = client.get(f"/districts/9012/2025/batches/{done.batch.pk}/")
    changes = {row["line"]: row["changes"] for row in page.context["changed"]}
    assert changes[3] == [["In District Credits Earned", "1.50", "1.75"]]
    assert changes[2] == [
        ["CTE Concentrator", "No", "Yes"],
        ["Start Date", "07/14/2022", "07/15/2022"],
        ["In District Credits Earned", "1.50", "2.00"],
    ]
    listed: dict[str, int] = {}
    for label, _, _ in [change for row in changes.values() for change in row]:
        listed[label] = listed.get(label, 0) + 1
    assert dict(page.context["by_field"]) == listed, (
        "the list and its sums come from one comparison"
    )


def test_values_of_a_plan_have_the_types_of_the_record(
    cottonwood: District_, kayla: Student
) -> None:
    """walk 1: the values were text and floats on SQLite, dates and decimals on PostgreSQL."""
    stored = cottonwood.record(kayla)
    stored.refresh_from_db()
    values = {
        "concentrator": not stored.concentrator,
        "single_parent": not stored.single_parent,
        "start_date": datetime.date(2023, 1, 2),
        "in_district_credits": Decimal("7.10"),
        "out_of_district_credits": Decimal("0.30"),
        "dual_enrollment_credits": Decimal("0.20"),
        "work_based_learning_credits": Decimal("0.70"),
    }
    staged = stage([Row.of(stored, **values)])
    ledger.preview(cottonwood.scope, staged)
    [row] = changed_rows(staged, 10)
    assert row.changes == {name: (getattr(stored, name), value) for name, value in values.items()}
    for old, new in row.changes.values():
        assert type(old) is type(new)
    assert [type(new) for _, new in row.changes.values()] == [
        bool,
        bool,
        datetime.date,
        Decimal,
        Decimal,
        Decimal,
        Decimal,
    ]


def test_typed_rows_are_typed_wherever_the_statement_found_them(
    cottonwood: District_, kayla: Student
) -> None:
    """walk 1: every column of the staging table and of an expression over it."""
    stored = cottonwood.record(kayla)
    stored.refresh_from_db()
    staged = stage([Row.of(stored)])
    columns = ", ".join(f"CASE WHEN line > 0 THEN {name} END" for name in TYPED)
    with connection.cursor() as cursor:
        cursor.execute(
            staged.own(
                f"SELECT line, {columns}, CASE WHEN line < 0 THEN start_date END FROM"
                " staged_participation"
            )
        )
        [row] = typed(connection, cursor, [None, *TYPES.values(), TYPES["start_date"]])
    assert row == (1, *(getattr(stored, name) for name in TYPED), None)


def test_what_the_rules_read_by_raw_statements_is_typed(
    upload: Upload, cottonwood: District_, kayla: Student
) -> None:
    """walk 1: findings at entry, in a file and in stored rows show a total and values in the same
    words on both databases.
    """
    stored = cottonwood.record(kayla, BUSINESS, in_district_credits="2.30", concentrator=False)
    breaches = [
        breach for breach in rules.breaches(cottonwood.scope) if breach.rule.id == "CTE-131"
    ]
    [at_entry] = [
        finding
        for finding in check_staged(cottonwood.scope, stage([Row.of(stored)])).findings
        if finding.rule.id == "CTE-131"
    ]
    [in_file] = upload(
        file(line(pathway=BUSINESS, inside="2.30", total="2.30")), work="validate"
    ).findings
    assert [breach.message for breach in breaches] == [at_entry.message] == [in_file["message"]]
    assert "2.30" in at_entry.message and "in_district_credits=2.30" in breaches[0].value


# Modules that fetch rows of a raw cursor themselves: keys, counts and text alone go out of them, or
# values as they are into the other edition.
KEYS_AND_COUNTS = {
    "pathways/uploads/changed_rows.py",
    "pathways/uploads/checking.py",
    "pathways/uploads/findings.py",
    "pathways/uploads/undo.py",
    "pathways/uploads/fall/judging.py",
    "pathways/follow_up/lines.py",
    "pathways/ledger/ledger.py",
    "pathways/ledger/locks.py",
    "pathways/ledger/plan.py",
    "pathways/ledger/staged_values.py",
    "pathways/ledger/staging.py",
    "pathways/rules/between.py",
    "pathways/rules/catalogue.py",
    "pathways/models/change.py",
    "pathways/resync/cursors.py",
    "pathways/resync/resync.py",
    "pathways/resync/difference.py",
    "pathways/roster/undo.py",
    "pathways/roster/editing.py",
    "pathways/roster/differences.py",  # typed by the fields
    "pathways/roster/ledger.py",
    "pathways/roster/statistics.py",
    "pathways/roster/shapes/unread.py",
    "pathways/roster/imports/carrying.py",
    "cte_portal/connection.py",
}


def test_no_other_raw_statement_hands_values_to_a_page() -> None:
    """walk 1: who adds a statement types its rows by `typed`, or names the module here because it
    gives keys and counts alone.
    """
    fetching = set()
    for source in SOURCES:
        if "fetch" not in source.read_text():
            continue
        names = {
            node.func.attr
            for node in ast.walk(ast.parse(source.read_text()))
            if isinstance(node, ast.Call) and hasattr(node.func, "attr")
        }
        if names & {"fetchall", "fetchone", "fetchmany"} and source.name != "typed_rows.py":
            fetching.add(str(source))
    assert fetching - KEYS_AND_COUNTS == set(), "type their rows by pathways.ledger.typed_rows"
