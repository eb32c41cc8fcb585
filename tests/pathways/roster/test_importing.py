"""Roster files carried into a district: what is written, what stays, what is held, and how it is
taken back.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import logging
import re
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connections
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from pathways.lists.publish import publish
from pathways.models import (
    Calendar,
    Course,
    District,
    EndStatus,
    Enrollment,
    Pathway,
    Roster,
    School,
    Section,
    Student,
    StudentChange,
)
from pathways.resync.object_types import NAMES
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.imports.layout import CSV_LAYOUTS
from pathways.roster.shapes import SHAPES, STUDENT
from tests.fixtures.resync import send
from tests.pathways.roster.conftest import (
    AIM,
    ALL,
    COURSES,
    ENROLLMENTS,
    STUDENTS,
    Desk,
    counts,
    file_of,
    record,
    zipped,
)
from tests.pathways.roster.stored import texts_of

pytestmark = pytest.mark.django_db(databases=["default", "state"])


def stored() -> dict[str, list[Any]]:
    """Every row of every kind, without its id."""
    rows = {}
    for shape in SHAPES:
        names = [shape.fields[column].attname for column in shape.image]
        rows[shape.name] = sorted(shape.model._base_manager.values_list(*names), key=str)
    return rows


OUTCOMES = ("new", "changed", "unchanged", "held", "refused")


def dumped() -> dict[str, list[Any]]:
    """Every table of the records and rosters in both editions."""
    return {
        f"{alias} {model._meta.db_table}": list(
            model._base_manager.using(alias).order_by("pk").values_list()
        )
        for alias in ("default", "state")
        for model in apps.get_app_config("pathways").get_models()
        if model._meta.db_table in connections[alias].introspection.table_names()
    }


def test_a_whole_district_starts_from_one_zip(desk: Desk) -> None:
    batch = desk.send(zipped(ALL))
    assert batch.status == "completed", batch.sentence
    assert (
        School.objects.count(),
        Calendar.objects.count(),
        Student.objects.count(),
        Enrollment.objects.count(),
    ) == (2, 2, 3, 3)
    assert (Course.objects.count(), Section.objects.count(), Roster.objects.count()) == (2, 1, 2)
    zoe = Student.objects.get(state_id="999000001")
    assert (zoe.last_name, zoe.first_name, zoe.local_id, zoe.birth_date) == (
        "ÁLVAREZ",
        "Zoë",
        "0020",
        datetime.date(2007, 1, 31),
    )
    welding = Course.objects.get(number="CTE101")
    assert (welding.pathway, welding.credits) == (Pathway.objects.get(code="05"), Decimal("1.00"))
    assert Course.objects.get(number="MA1").pathway is None
    assert set(Roster.objects.values_list("credits_earned", flat=True)) == {None, Decimal("0.50")}
    assert Enrollment.objects.get(student__state_id="999000003").grade == "09"
    assert Student.objects.in_scope(desk.scope).count() == 3
    assert all(
        counts["read"] == counts["new"] + counts["unchanged"] for counts in batch.result["objects"]
    )


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    """R-IMP-13."""
    desk.send(zipped(ALL))
    before, history = stored(), StudentChange.objects.count()
    again = desk.send(zipped(dict(reversed(ALL.items()))))
    assert again.sentence.startswith("No changes to save")
    assert all(
        counts["new"] == counts["changed"] == 0 and counts["unchanged"] == counts["read"]
        for counts in again.result["objects"]
    )
    assert (stored(), StudentChange.objects.count()) == (before, history)


def test_what_a_test_has_shown_leaves_every_table_as_it_was(desk: Desk) -> None:
    """R-IMP-06: with rows of every outcome in the file."""
    desk.send(zipped(ALL))
    before = dumped()
    mixed = STUDENTS.replace("Jose", "José").replace("03/01/2008", "3/1/08") + (
        "999000009,,NEW,Ann,,02/28/2009,F\n999000010,,HELD,Ann,,,F\n"
    )
    batch = desk.send(mixed, "validate")
    assert [counts(batch, "Student")[outcome] for outcome in OUTCOMES] == [1, 1, 1, 1, 1]
    assert dumped() == before


def test_a_test_writes_nothing(desk: Desk) -> None:
    """R-IMP-06."""
    batch = desk.send(zipped(ALL), "validate")
    assert counts(batch, "Student")["new"] == 3
    assert not Student.objects.exists() and not StudentChange.objects.exists()
    assert "Nothing has been saved yet" in batch.sentence


def test_what_is_not_in_the_file_stays_and_is_counted(desk: Desk) -> None:
    """R-IMP-01."""
    desk.send(zipped(ALL))
    before = stored()
    batch = desk.send("\n".join(STUDENTS.splitlines()[:2]) + "\n")
    assert counts(batch, "Student") == {
        "type": "Student",
        "read": 1,
        "new": 0,
        "changed": 0,
        "unchanged": 1,
        "held": 0,
        "refused": 0,
        "set_aside": 0,
        "absent": 2,
    }
    assert stored() == before


def test_a_file_with_half_of_the_students_takes_nobody_away(desk: Desk) -> None:
    """R-IMP-01: the other 200 are named, all of them, and both editions stand as they were."""
    publish()
    keys = [f"999{number:06}" for number in range(400)]
    rows = {
        "students": "{},,LAST,First,,01/01/2008,F\n",
        "enrollments": "0001,001,2025,{},P,11,08/21/2024,,\n",
        "rosters": "0001,001,2025,CTE101,1,{},\n",
    }

    def files_of(keys: list[str]) -> dict[str, str]:
        return {
            name: ALL[name].splitlines()[0] + "\n" + "".join(row.format(key) for key in keys)
            for name, row in rows.items()
        }

    desk.send(zipped(ALL | files_of(keys)))
    send(desk.scope, NAMES)
    before = dumped()
    batch = desk.send(zipped(files_of(keys[::2])))
    report = list(csv.DictReader(io.StringIO(file_of(batch, "report.csv"))))
    for kind in ("Student", "Enrollment", "Roster"):
        assert (counts(batch, kind)["unchanged"], counts(batch, kind)["absent"]) == (200, 200)
        named = [
            re.search("999[0-9]{6}", line["In the portal"])
            for line in report
            if (line["Type"], line["Result"]) == (kind, "in the portal, not in this file")
        ]
        assert {match and match[0] for match in named} == set(keys[1::2]), kind
    assert dumped() == before


def test_a_blank_cell_erases_nothing(desk: Desk) -> None:
    """R-IMP-12 and R-IMP-15: an end, a pathway, credits and a local id stay."""
    desk.send(zipped(ALL))
    ended = ENROLLMENTS.replace(
        "999000001,P,12,08/21/2024,,", "999000001,P,12,08/21/2024,06/06/2025,400"
    )
    desk.send(ended)
    before = stored()
    desk.send(ENROLLMENTS)
    desk.send(COURSES.replace("1.00,05", ","))
    desk.send(STUDENTS.replace("0020", ""))
    assert stored() == before
    assert Enrollment.objects.get(student__state_id="999000001").end_status == "400"


@pytest.mark.parametrize("code", ["999", "140", "4A"])
def test_an_end_status_that_opi_does_not_list_is_held_until_it_does(desk: Desk, code: str) -> None:
    """Once it is on the list, the same file is applied; a stored code stays when it is taken off."""
    EndStatus.objects.filter(code="140").update(last_year=2024)
    desk.send(zipped(ALL))
    ended = ENROLLMENTS.replace(
        "999000001,P,12,08/21/2024,,", f"999000001,P,12,08/21/2024,06/06/2025,{code}"
    )
    batch = desk.send(ended)
    assert (counts(batch, "Enrollment")["held"], counts(batch, "Enrollment")["unchanged"]) == (1, 2)
    assert "End status not on OPI's list" in file_of(batch, "page.json")
    assert not Enrollment.objects.exclude(end_date=None).exists()
    EndStatus.objects.update_or_create(
        code=code,
        defaults={"name": "Listed", "family": "other", "first_year": 2025, "last_year": None},
    )
    assert counts(desk.send(ended), "Enrollment")["changed"] == 1
    EndStatus.objects.filter(code=code).delete()
    later = counts(desk.send(ended.replace(",P,12,", ",P,11,")), "Enrollment")
    assert (later["changed"], later["held"]) == (1, 0)


def test_a_change_is_shown_field_by_field_and_kept_in_the_history(desk: Desk) -> None:
    desk.send(zipped(ALL))
    student = Student.objects.get(state_id="999000002")
    batch = desk.send(STUDENTS.replace("O'Neil,Jose,Q,02/01/2007", "O'Neil,José,Q,02/02/2007"))
    assert counts(batch, "Student")["changed"] == 1
    page = batch.files.get(role="page.json")
    content = default_storage.open(page.stored).read().decode()
    assert (
        "Jose becomes José" in content
        and "02/01/2007 becomes 02/02/2007" in content
        and "Gender" not in content
    )
    history = list(
        StudentChange.objects.of_row(student.pk).values_list(
            "version", "operation", "first_name", "by"
        )
    )
    assert history == [(1, "create", "Jose", "GRANT, SAM"), (2, "update", "José", "GRANT, SAM")]


def test_a_row_that_was_there_before_its_history_keeps_its_first_image(desk: Desk) -> None:
    desk.send(zipped(ALL))
    school = School.objects.get(number="0001")
    student = Student.objects.create(
        district_id="0965",
        state_id="999000009",
        last_name="Old",
        first_name="Hand",
        birth_date="2007-05-05",
        gender="M",
    )
    batch = desk.send("Student State ID,First Name\n999000009,New\n")
    assert list(
        StudentChange.objects.of_row(student.pk).values_list("operation", "first_name")
    ) == [("found", "Hand"), ("update", "New")]
    desk.undo(batch)
    student.refresh_from_db()
    assert (student.first_name, school.name) == ("Hand", "Sun High School")


@pytest.mark.parametrize(
    ("old", "new", "rule", "message"),
    [
        ("999000001", "99900000", "ROS-003", "Student State ID has 9 digits"),
        (
            "01/31/2007",
            "2007-01-31",
            "ROS-003",
            "Write Birth Date as month/day/year, like 01/31/2007",
        ),
        (
            "01/31/2007",
            "39113",
            "ROS-003",
            "Birth Date is a spreadsheet's day number. Write 01/31/2007",
        ),
        ("01/31/2007", "1/31/07", "ROS-003", "four-digit year"),
        ("01/31/2007", "01/31/2099", "ROS-003", "Birth Date is in the future"),
        (",F\n", ",X\n", "ROS-003", "Gender must be F or M"),
        ("Zoë", "Z\u200boë", "ROS-006", "hidden character"),
        ("Zoë", "Z" * 51, "ROS-007", "51 characters. It can have up to 50"),
        ("Zoë", '"Zoë', "ROS-005", "quotation mark"),
        ("Zoë", "Zoë,x", "ROS-001", "8 columns"),
        ("ÁLVAREZ,Zoë,,01/31/2007", "ÁLVAREZ,Zoë,,2007", "ROS-003", "must be a date"),
    ],
)
def test_a_bad_row_is_refused_by_name_and_the_good_ones_are_saved(
    desk: Desk, old: str, new: str, rule: str, message: str
) -> None:
    batch = desk.send(STUDENTS.replace(old, new, 1))
    assert counts(batch, "Student")["refused"] == 1 and counts(batch, "Student")["new"] == 2
    summary = file_of(batch, "report.csv")
    assert rule in summary and message in summary
    assert batch.status == "with-errors"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        (STUDENTS.splitlines()[0] + "\n", "has column titles but no rows"),
        (
            "Local ID,Last Name,First Name,Birth Date\n1,a,b,01/01/2007\n",
            "columns are missing: Student State ID",
        ),
        ("a,b\n1,2\n", "does not have the column titles"),
        ("sourcedId,status\n1,2\n", "OneRoster"),
        ("SIS ID,Name\n1,2\n", "School Data Sync"),
        ("HD\t11/28/2026\t04:01:38\tMT9.1\nCE\t9012\n", "CTE End of Year file"),
        (ENROLLMENTS.replace(",2025,", ",2026,"), "Every row belongs to End Year 2026"),
    ],
)
def test_a_file_of_no_use_is_refused_with_its_reason(desk: Desk, content: str, words: str) -> None:
    """R-IMP-04, R-IMP-05, R-IMP-16."""
    batch = desk.send(content) if content else desk.send(b"")
    assert words in batch.result["refused"]
    assert "Nothing was changed" in batch.sentence and batch.get_status_display() == "Refused"


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_file_of_a_set_is_refused_by_its_name_when_it_has_no_rows(
    desk: Desk, name: str
) -> None:
    """R-IMP-04: nothing of the other files is saved either."""
    batch = desk.send(zipped(ALL | {name: ALL[name].splitlines()[0] + "\n"}))
    assert batch.result["refused"].startswith(f"{name}.csv has column titles but no rows")
    assert not any(stored().values())


def test_next_years_rows_are_set_aside(desk: Desk) -> None:
    """R-IMP-16: a file of June has both years; this year's is applied."""
    desk.send(zipped(ALL))
    june = ENROLLMENTS.replace(
        "999000001,P,12,08/21/2024,,", "999000001,P,12,08/21/2024,06/06/2025,400"
    )
    batch = desk.send(june + "0001,001,2026,999000001,P,12,08/25/2025,,\n")
    assert (counts(batch, "Enrollment")["set_aside"], counts(batch, "Enrollment")["changed"]) == (
        1,
        1,
    )
    assert batch.result["other_years"] == {"2026": 1} and batch.status == "completed"
    assert any("1 row of 2025-26 set aside" in notice for notice in batch.result["notices"])
    assert Enrollment.objects.count() == 3


def test_another_districts_student_and_an_unknown_one_are_the_same(desk: Desk) -> None:
    """R-IMP-25."""
    District.objects.create(number="9020", name="Elsewhere")
    Student.objects.create(
        district_id="9020",
        state_id="999000077",
        last_name="A",
        first_name="B",
        birth_date="2007-01-01",
        gender="F",
    )
    desk.send(zipped(ALL))
    rows = "".join(
        f"0001,001,2025,CTE101,1,{state_id},\n" for state_id in ("999000077", "999000078")
    )
    batch = desk.send(ALL["rosters"] + rows)
    lines = [line for line in file_of(batch, "report.csv").splitlines() if "ROS-022" in line]
    assert len(lines) == 2 and "999000077" in lines[0]
    assert lines[0].replace(",4,", ",5,").replace("999000077", "999000078") == lines[1]
    assert counts(batch, "Roster")["refused"] == 2


def test_a_row_without_a_place_in_the_portal_is_named_by_what_it_says(desk: Desk) -> None:
    """Its line alone says not which school is missing."""
    desk.send(zipped(ALL))
    row = "9999,001,2025,999000001,P,12,08/21/2024,,\n"
    batch = desk.send(ENROLLMENTS.splitlines()[0] + "\n" + row)
    (finding,) = json.loads(file_of(batch, "page.json"))["findings"]
    assert (finding["message"], finding["value"]) == (
        "School not in the portal",
        "999000001 9999 001 P 08/21/2024",
    )
    assert "999000001 9999 001 P 08/21/2024" in file_of(batch, "report.csv")


def test_two_people_under_one_state_id_are_held(desk: Desk) -> None:
    """R-IMP-08."""
    desk.send(zipped(ALL))
    batch = desk.send(STUDENTS.replace("ÁLVAREZ,Zoë,,01/31/2007", "BAKER,Zoë,,02/28/2009"))
    assert (
        counts(batch, "Student")["held"] == 1
        and Student.objects.get(state_id="999000001").last_name == "ÁLVAREZ"
    )
    (row,) = list(json.loads(file_of(batch, "page.json"))["findings"])
    assert (row["value"], row["stored"]) == (
        "BAKER Zoë 02/28/2009",
        "999000001 ÁLVAREZ Zoë 01/31/2007",
    ), "both, side by side"
    title = STUDENTS.splitlines()[0]
    twice = desk.send(
        f"{title}\n999000009,,BAKER,Ann,,02/28/2009,F\n999000009,,COLE,Ann,,02/27/2009,F\n"
    )
    assert (
        counts(twice, "Student")["refused"] == 2
        and not Student.objects.filter(state_id="999000009").exists()
    )


def test_a_repeated_row_counts_once(desk: Desk) -> None:
    batch = desk.send(STUDENTS + STUDENTS.splitlines()[1] + "\n")
    assert (
        counts(batch, "Student")["new"],
        counts(batch, "Student")["unchanged"],
        batch.status,
    ) == (3, 1, "completed")


def test_a_new_student_without_birth_date_is_held_never_invented(desk: Desk) -> None:
    batch = desk.send("Student State ID,Last Name,First Name\n999000009,A,B\n")
    assert counts(batch, "Student")["held"] == 1 and not Student.objects.exists()


def test_how_much_a_file_may_change_is_a_setting(desk: Desk, settings: Settings) -> None:
    """R-IMP-03."""
    many = "".join(f"9990010{row:02},,Last{row},First,,01/01/2008,F\n" for row in range(20))
    title = STUDENTS.splitlines()[0] + "\n"
    desk.send(title + many)
    changed = title + many.replace("First", "Second", 10)
    settings.ROSTER_CHANGED_PERCENT = 45
    assert desk.send(changed).result["to_confirm"] == 10
    settings.ROSTER_CHANGED_PERCENT = 50
    assert desk.send(changed).result["saved"]


def test_a_file_that_changes_three_quarters_is_held_until_the_number_is_typed(desk: Desk) -> None:
    """R-IMP-03."""
    many = "".join(
        f"9990010{number:02},,Last{number},First,,01/01/2008,F\n" for number in range(20)
    )
    desk.send(STUDENTS.splitlines()[0] + "\n" + many)
    swapped = STUDENTS.splitlines()[0] + "\n" + many.replace("First", "Second")
    held = desk.send(swapped)
    assert (
        held.result["to_confirm"] == 20
        and not held.result["saved"]
        and "Nothing was saved" in held.sentence
    )
    wrong = desk.send(swapped, confirmed=19)
    assert not wrong.result["saved"] and not Student.objects.filter(first_name="Second").exists()
    assert desk.send(swapped, confirmed=20).result["saved"]
    assert Student.objects.filter(first_name="Second").count() == 20


def test_a_test_that_has_gone_stale_saves_nothing(desk: Desk) -> None:
    """R-IMP-20."""
    tested = desk.send(zipped(ALL), "validate")
    desk.send(
        "Student State ID,Last Name,First Name,Birth Date,Gender\n999000009,A,B,01/01/2007,F\n"
    )
    stale = desk.send(zipped(ALL), since=tested.result["cursor"])
    assert stale.result["moved"] and not stale.result["saved"] and Student.objects.count() == 1
    assert desk.send(zipped(ALL), since=stale.result["cursor"]).result["saved"]


def test_undo_brings_everything_back_but_what_others_stand_on(desk: Desk) -> None:
    """R-IMP-29."""
    empty = stored()
    batch = desk.send(zipped(ALL))
    desk.undo(batch)
    assert stored() == empty
    batch = desk.send(zipped(ALL))
    record(desk, "999000001")
    undone = desk.undo(batch)
    assert list(Student.objects.values_list("state_id", flat=True)) == ["999000001"]
    assert Enrollment.objects.count() == 1 and not Course.objects.exists()
    assert undone.status == "with-errors" and "the student has records" in undone.sentence


def test_aim_files_are_read_by_their_record_types(desk: Desk) -> None:
    batch = desk.send(AIM)
    assert batch.result["format"] == "aim" and batch.status == "completed", batch.sentence
    assert (
        Roster.objects.get().enrollment.student.last_name == "ALMAND"
        and Section.objects.get().course.credits == Decimal("1.00")
    )


def test_what_the_portal_has_no_place_for_is_kept_nowhere(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """R-IMP-24: in no table, log or file that the portal makes, and not in the zip of the rows that
    come back, and not in the file that is kept.
    """
    lines = STUDENTS.splitlines()
    content = (
        "\n".join(
            [
                lines[0] + ",Password,Race",
                *(f"{line},hunter2,race-z9" for line in lines[1:]),
                "bad,,,,,,,hunter2,race-z9",
            ]
        )
        + "\n"
    )
    with caplog.at_level(logging.DEBUG):
        batch = desk.send(content)
    assert Student.objects.count() == 3 and batch.files.filter(role="rejected.zip").exists()
    whole = "\n".join([caplog.text, *texts_of(batch)])
    assert "ÁLVAREZ" in whole
    assert not [word for word in ("hunter2", "race-z9") if word in whole]
    assert any("Password, Race" in notice for notice in batch.result["notices"])


def test_a_held_row_comes_back_with_the_row_that_stands_there(desk: Desk) -> None:
    """R-IMP-26: cells, line, rule, remedy and the row in the portal; corrected, it is taken."""
    desk.send(zipped(ALL))
    batch = desk.send(STUDENTS.replace("ÁLVAREZ,Zoë,,01/31/2007", "BAKER,Zoë,,02/28/2009"))
    with default_storage.open(batch.files.get(role="rejected.zip").stored) as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    text = archive.read(archive.namelist()[0]).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert {name: row[name] for name in ("Last Name", "Line in your file", "Rule")} == {
        "Last Name": "BAKER",
        "Line in your file": "2",
        "Rule": "ROS-031",
    }
    assert row["What to do"].startswith("The portal has another last name")
    assert row["In the portal"] == "999000001 ÁLVAREZ Zoë 01/31/2007"
    again = desk.send(text.replace("BAKER", "ÁLVAREZ"))
    assert counts(again, "Student")["changed"] == 1


def test_rows_to_correct_come_back_and_can_be_uploaded(desk: Desk) -> None:
    """R-IMP-26."""
    batch = desk.send(STUDENTS.replace("01/31/2007", "1/31/07"))
    with default_storage.open(batch.files.get(role="rejected.zip").stored) as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    (name,) = archive.namelist()
    text = archive.read(name).decode("utf-8-sig")
    assert "four-digit year" in text
    assert "ROS-003" in text and "Correct the value" in text
    again = desk.send(text.replace("1/31/07", "01/31/2007"))
    assert counts(again, "Student")["new"] == 1 and Student.objects.count() == 3


def test_a_title_in_another_spelling_is_read_with_a_notice(desk: Desk) -> None:
    """R-IMP-22: case, spaces and names of other systems; the layout's own titles say nothing."""
    assert desk.send(STUDENTS, "validate").result["notices"] == []
    spelled = STUDENTS.replace("Student State ID", "state_id").replace("Gender", " gender")
    batch = desk.send(spelled)
    assert counts(batch, "Student")["new"] == 3
    assert batch.result["notices"] == [
        "file.csv: these columns were read: state_id as Student State ID, gender as Gender"
    ]


def test_changed_credits_of_a_course_name_the_students_in_it(desk: Desk, client: Client) -> None:
    """R-IMP-15."""
    desk.send(zipped(ALL))
    batch = desk.send(COURSES.replace("1.00,05", "2.00,05"), "validate")
    line = next(
        row
        for row in csv.DictReader(io.StringIO(file_of(batch, "report.csv")))
        if row["Column"] == "Credits"
    )
    assert line["What is wrong"] == "1.00 becomes 2.00"
    assert line["In the portal"] == "ÁLVAREZ, ZOË; O'NEIL, JOSE Q."
    client.force_login(desk.clerk)
    page = client.get(reverse("batch", args=["0965", 2025, batch.pk])).content.decode()
    assert "In this course:" in page and "ÁLVAREZ, ZOË" in page


def test_uploads_are_undone_from_the_last_to_the_first(desk: Desk) -> None:
    """R-IMP-29: what a later file did and was undone is no reason to keep an earlier one; what was
    done on screen is, even where it was undone on screen.
    """
    first = desk.send(zipped(ALL))
    second = desk.send(STUDENTS.replace("ÁLVAREZ", "BAKER").replace("O'Neil", "COLE"))
    desk.undo(second)
    jose = Student.objects.get(state_id="999000002")
    for seen, name in enumerate(("Hand", jose.last_name), 3):
        edit = RowEdit({"last_name": name}, jose.pk, seen)
        editing.write(desk.scope, [(STUDENT, edit)], by="X")
    undone = desk.undo(first)
    assert set(Student.objects.values_list("state_id", flat=True)) == {"999000002"}
    assert undone.result["left"]["Student, changed since"] == 1


def _without(name: str, *titles: str) -> dict[str, str]:
    """All files, with these columns of one of them left empty."""
    rows = list(csv.DictReader(io.StringIO(ALL[name])))
    into = io.StringIO()
    writer = csv.DictWriter(into, list(rows[0]))
    writer.writeheader()
    writer.writerows({**row, **dict.fromkeys(titles, "")} for row in rows)
    return {**ALL, name: into.getvalue()}


def test_what_a_new_row_needs_is_what_the_columns_page_says(desk: Desk) -> None:
    """What is needed for a new row alone keeps it out when it is blank, what is not needed never
    does.
    """
    for layout in CSV_LAYOUTS:
        there = ALL[layout.slug].splitlines()[0].split(",")
        needs = {column.title: word for column, word in layout.needs if column.title in there}
        for title in [title for title, word in needs.items() if word == "For a new row"]:
            batch = desk.send(zipped(_without(layout.slug, title)), "validate")
            page = json.loads(file_of(batch, "page.json"))
            of_file = {row["message"] for row in page["findings"] if layout.slug in row["file"]}
            assert "New row lacks required values" in of_file, (layout.slug, title)
        blank = [title for title, word in needs.items() if word == "No"]
        batch = desk.send(zipped(_without(layout.slug, *blank)), "validate")
        assert not json.loads(file_of(batch, "page.json"))["findings"], (layout.slug, blank)
