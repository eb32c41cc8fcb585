"""A OneRoster export carried into a district."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage

from pathways.models import (
    Calendar,
    Course,
    Enrollment,
    OneRosterMapping,
    Roster,
    School,
    Section,
    SourceLink,
    Student,
)
from pathways.roster.imports.oneroster.confirming import confirm
from tests.pathways.roster.conftest import Desk, counts, file_of, record
from tests.pathways.roster.oneroster.conftest import choices
from tests.pathways.roster.oneroster.exports import (
    born,
    export,
    packed,
    text_of,
    user,
)

pytestmark = [
    pytest.mark.django_db(databases=["default", "state"]),
    pytest.mark.usefixtures("mapping"),
]
VERSIONS = pytest.mark.parametrize("version", ["1.1", "1.2"])


def test_the_sced_code_of_a_course_comes_with_the_export(desk: Desk) -> None:
    """Other lists of subject codes are not SCED's."""
    files = export()
    files["courses"][0]["subjectCodes"] = "13207,99"
    files["courses"][1]["subjectCodes"] = "MATH"
    desk.send(packed(files))
    assert {course.number: course.sced for course in Course.objects.all()} == {
        "CTE101": "13-207",
        "MA1": "",
    }


@VERSIONS
def test_a_district_starts_from_an_export(desk: Desk, version: str) -> None:
    batch = desk.send(packed(export(version), version))
    assert batch.status == "completed", batch.sentence
    assert batch.result["format"] == "oneroster"
    assert dict(School.objects.values_list("number", "name")) == {
        "0001": "Sun High",
        "0002": "Moon High",
    }
    assert set(Calendar.objects.values_list("school__number", "number", "school_year")) == {
        ("0001", "001", 2025),
        ("0002", "001", 2025),
    }
    zoe = Student.objects.get(state_id="999000001")
    assert (zoe.last_name, zoe.first_name, zoe.local_id, zoe.birth_date, zoe.gender) == (
        "ÁLVAREZ",
        "Zoë",
        "001",
        datetime.date(2007, 1, 31),
        "F",
    )
    starts = dict(Enrollment.objects.values_list("student__state_id", "start_date"))
    first = datetime.date(2024, 7, 1)
    own = datetime.date(2024, 8, 21) if version == "1.2" else first
    assert starts == {"999000001": first, "999000002": own, "999000003": first}
    assert set(Course.objects.values_list("school__number", "number", "name")) == {
        ("0001", "CTE101", "Welding 1"),
        ("0002", "CTE101", "Welding 1"),
        ("0001", "MA1", "Algebra"),
    }
    assert set(Section.objects.values_list("course__school__number", "number")) == {
        ("0001", "1"),
        ("0002", "2"),
    }
    assert set(Roster.objects.values_list("section__number", "enrollment__student__state_id")) == {
        ("1", "999000001"),
        ("1", "999000002"),
        ("2", "999000003"),
    }
    assert batch.result["other_years"] == {"2026": 2}


@VERSIONS
def test_the_same_export_again_changes_nothing(desk: Desk, version: str) -> None:
    desk.send(packed(export(version), version))
    links = SourceLink.objects.count()
    again = desk.send(packed(export(version), version))
    assert again.sentence.startswith("No changes to save"), again.sentence
    assert SourceLink.objects.count() == links == 4 - 1 + 2


def test_columns_in_any_order_a_mark_a_folder_and_columns_of_its_own_are_read(desk: Desk) -> None:
    """R-IMP-22."""
    files = export()
    for rows in files.values():
        for row in rows:
            row["metadata.lunch"] = "free"
            row["ownColumn"] = "x"
    texts = {
        "users": _reversed(files["users"]).replace("givenName", "GIVENNAME"),
        "enrollments": _reversed(files["enrollments"]),
    }
    plain = desk.send(packed(export()), "validate")
    batch = desk.send(packed(files, folder="export 2025/", mark="\ufeff", texts=texts))
    assert batch.status == "completed", batch.sentence
    assert [
        {name: number for name, number in row.items() if name != "absent"}
        for row in batch.result["objects"]
    ] == [
        {name: number for name, number in row.items() if name != "absent"}
        for row in plain.result["objects"]
    ]
    notices = " ".join(batch.result["notices"])
    assert "ownColumn" in notices and "GIVENNAME" in notices and "lunch" not in notices


def test_what_the_titles_say_otherwise_and_lines_of_another_width_are_reported(desk: Desk) -> None:
    """R-IMP-22: a title misspelled, two empty ones, and lines that are too short and too long."""
    files = export()
    for row in files["users"]:
        row["preffered"] = row.pop("middleName", "")
    titles, *lines = text_of(files["users"]).strip().split("\r\n")
    width = titles.count(",") + 3
    text = "\r\n".join([f"{titles},,", *(f"{line},," for line in lines), "x,y", "x," * width + "y"])
    plain = desk.send(packed(export()), "validate")
    batch = desk.send(packed(files, texts={"users": f"{text}\r\n"}), "validate")
    assert counts(batch, "Student")["refused"] == 2
    assert counts(batch, "Student")["new"] == counts(plain, "Student")["new"]
    report = file_of(batch, "report.csv")
    for wide in (2, width + 1):
        assert f"This line has {wide} columns; users.csv has {width}" in report
    (notice,) = (notice for notice in batch.result["notices"] if "were not read" in notice)
    assert notice == (
        "users.csv: these columns were not read or kept: preffered, a column without a title, a column"
        " without a title"
    )


def _reversed(rows: list[dict[str, str]]) -> str:
    titles = list(dict.fromkeys(name for row in rows for name in row))
    return text_of(rows[::-1], titles[::-1])


def test_two_users_of_one_state_id_are_one_student_at_two_schools(desk: Desk) -> None:
    """R-IMP-07: the second school's service type is the one that was chosen, in either order."""
    files = export()
    twin = {**user(files, "u1"), "sourcedId": "u1b", "orgSourcedIds": "s2", "identifier": "999"}
    files["users"].insert(0, twin)
    files["demographics"].append({**born(files, "u1"), "sourcedId": "u1b"})
    batch = desk.send(packed(files))
    assert counts(batch, "Student")["new"] == 3
    zoe = Student.objects.get(state_id="999000001")
    assert zoe.local_id == "001"
    assert dict(zoe.enrollments.values_list("calendar__school__number", "service_type")) == {
        "0001": "P",
        "0002": "S",
    }
    files["users"].reverse()
    assert desk.send(packed(files)).sentence.startswith("No changes to save")


def test_one_state_id_for_two_people_is_held_with_everything_of_theirs(desk: Desk) -> None:
    """R-IMP-08."""
    files = export()
    user(files, "u2")["userIds"] = "{StateID:999000001}"
    batch = desk.send(packed(files))
    assert counts(batch, "Student")["held"] == 2
    assert list(Student.objects.values_list("state_id", flat=True)) == ["999000003"]
    assert counts(batch, "Enrollment")["held"] == 2 and counts(batch, "Roster")["held"] == 3
    assert "Two people in the export have State ID 999000001" in file_of(batch, "report.csv")


def test_a_blank_state_id_of_a_user_who_is_known_erases_nothing(desk: Desk) -> None:
    """R-IMP-12."""
    desk.send(packed(export()))
    files = export()
    user(files, "u1")["userIds"] = ""
    user(files, "u1")["middleName"] = "Q"
    assert desk.send(packed(files)).status == "completed"
    assert Student.objects.get(state_id="999000001").middle_name == "Q"


def test_a_user_whose_state_id_changed_is_shown_and_not_moved(desk: Desk) -> None:
    """R-IMP-10: both students are named with their records; corrected on screen, it goes on."""
    desk.send(packed(export()))
    record(desk, "999000001")
    files = export()
    user(files, "u1")["userIds"] = "{StateID:999000002}"
    files["users"] = [row for row in files["users"] if row["sourcedId"] != "u2"]
    batch = desk.send(packed(files))
    report = file_of(batch, "report.csv")
    assert "had State ID 999000001 in the last export (ÁLVAREZ, Zoë; CTE records: 1)" in report
    assert "999000002 is O'Neil, Jose (CTE records: 0)" in report
    assert (counts(batch, "Student")["held"], counts(batch, "Roster")["held"]) == (1, 2)
    assert Student.objects.get(state_id="999000002").first_name == "Jose"
    user(files, "u1")["userIds"] = "{StateID:999000009}"
    Student.objects.filter(state_id="999000001").update(state_id="999000009")
    corrected = desk.send(packed(files))
    assert corrected.status == "completed", file_of(corrected, "report.csv")
    assert Student.objects.filter(state_id__in=["999000001", "999000009"]).count() == 1


def test_undo_of_an_export_leaves_no_trace_that_holds_the_next(desk: Desk) -> None:
    batch = desk.send(packed(export()))
    desk.undo(batch)
    assert not Student.objects.exists() and not School.objects.exists()
    files = export()
    user(files, "u1")["userIds"] = "{StateID:999000008}"
    assert desk.send(packed(files)).status == "completed"


@pytest.mark.parametrize("status", ["toBeDeleted", "inactive"])
def test_a_delta_is_read_by_what_is_known_and_deletes_nothing(desk: Desk, status: str) -> None:
    """R-IMP-21: the older drafts' word too."""
    desk.send(packed(export()))
    before = {shape: shape.objects.count() for shape in (Student, Enrollment, Roster)}
    gone = {"status": status, "dateLastModified": "2025-01-01T00:00:00.000Z"}
    active = {**gone, "status": "active"}
    files = export()
    delta = {
        "users": [{**user(files, "u2"), **gone}, {**user(files, "u3"), **active, "grades": "10"}],
        "enrollments": [
            {**files["enrollments"][0], **gone},
            {**files["enrollments"][0], **active, "userSourcedId": "u3", "classSourcedId": "k2"},
            {**files["enrollments"][0], **active, "userSourcedId": "u4", "classSourcedId": "k1"},
        ],
    }
    batch = desk.send(packed(delta, mode="delta"))
    assert "refused" not in batch.result or not batch.result["refused"], batch.sentence
    assert {shape: shape.objects.count() for shape in before} == before
    assert Enrollment.objects.get(student__state_id="999000003").grade == "10"
    assert (counts(batch, "Roster")["set_aside"], counts(batch, "Roster")["held"]) == (1, 1)
    assert counts(batch, "Student")["set_aside"] == 1
    assert "The export marks this student for deletion" in file_of(batch, "report.csv")


def test_the_end_of_a_role_ends_and_its_absence_does_not(desk: Desk) -> None:
    """The end date is the first day that is not included; a planned end is none yet."""
    files = export("1.2")
    roles = {row["userSourcedId"]: row for row in files["roles"]}
    roles["u1"]["endDate"] = "2025-02-01"
    roles["u3"]["endDate"] = "2025-07-01"
    desk.send(packed(files, "1.2"))
    ends = dict(Enrollment.objects.values_list("student__state_id", "end_date"))
    assert ends == {
        "999000001": datetime.date(2025, 1, 31),
        "999000002": None,
        "999000003": None,
    }
    desk.send(packed(export("1.2"), "1.2"))
    assert dict(Enrollment.objects.values_list("student__state_id", "end_date")) == ends
    roles["u1"] |= {"beginDate": "2025-03-01", "endDate": ""}
    desk.send(packed(files, "1.2"))
    assert Enrollment.objects.filter(student__state_id="999000001").count() == 2


def test_a_role_of_next_year_is_set_aside(desk: Desk) -> None:
    """R-IMP-16."""
    files = export("1.2")
    files["roles"][0]["beginDate"] = "2025-08-20"
    files["roles"][1] |= {"beginDate": "2020-08-20", "endDate": "2024-06-01"}
    batch = desk.send(packed(files, "1.2"))
    assert batch.result["other_years"] == {"2024": 1, "2026": 3}


@pytest.mark.parametrize(
    ("sex", "grades", "words"),
    [
        ("other", "12", "“other” is not F or M"),
        ("female", "Other", "Grade “Other” is not one of KG, 01 to 12"),
        ("female", "11,12", "Grade “11,12” is not one of KG, 01 to 12"),
        ("female", "PS", "Grade “PS” is not one of KG, 01 to 12"),
    ],
)
def test_what_has_no_place_is_held_with_its_words_and_erases_nothing(
    desk: Desk, sex: str, grades: str, words: str
) -> None:
    files = export()
    user(files, "u1")["grades"], born(files, "u1")["sex"] = grades, sex
    batch = desk.send(packed(files))
    assert words in file_of(batch, "report.csv")
    assert counts(batch, "Student")["held"] + counts(batch, "Enrollment")["held"] == 1
    desk.send(packed(export()))
    again = desk.send(packed(files))
    assert (again.status, again.sentence[:10]) == ("completed", "No changes")


def test_grades_below_seven_are_left_out_and_counted(desk: Desk) -> None:
    """R-IMP-28."""
    batch = desk.send(packed(export()))
    assert counts(batch, "Student")["set_aside"] == counts(batch, "Enrollment")["set_aside"] == 1
    everyone = desk.send(packed(export()), every_grade=True)
    assert counts(everyone, "Student")["new"] == 1


def test_an_enrollment_that_is_there_keeps_its_start_and_service_type(desk: Desk) -> None:
    """The year's first day is assumed only for a new one, and said."""
    batch = desk.send(packed(export()))
    notices = " ".join(batch.result["notices"])
    assert "No start date in the export – enrollments: 4." in notices
    assert "Left out – homerooms: 1" in notices and "2 rows of people who are not" in notices
    Enrollment.objects.filter(student__state_id="999000001").update(
        start_date="2024-09-09", service_type="N", end_date="2025-01-10"
    )
    again = desk.send(packed(export()))
    assert counts(again, "Enrollment")["new"] == counts(again, "Enrollment")["changed"] == 0


def test_rows_that_are_broken_are_refused_by_file_and_line(desk: Desk) -> None:
    files = export()
    texts = {
        name: text_of(files[name]) + bad
        for name, bad in {
            "users": 'a,"b\r\n',
            "demographics": "x,y\r\n",
            "orgs": "x\r\n",
            "courses": "x\r\n",
            "classes": "x\r\n",
            "enrollments": "x\r\n",
        }.items()
    }
    good = desk.send(packed(files), "validate")
    batch = desk.send(packed(files, texts=texts))
    for kind, number in {"Student": 2, "School": 1, "Course": 1, "Section": 1, "Roster": 1}.items():
        assert counts(batch, kind)["refused"] == number, kind
        assert counts(batch, kind)["new"] == counts(good, kind)["new"], kind
    assert "demographics.csv,6,,refused" in file_of(batch, "report.csv")


def test_rows_to_correct_come_back_in_the_portals_columns(desk: Desk) -> None:
    """R-IMP-26: corrected and uploaded, they work."""
    files = export()
    del born(files, "u1")["birthDate"]
    batch = desk.send(packed(files))
    assert counts(batch, "Student")["held"] == 1
    with default_storage.open(batch.files.get(role="rejected.zip").stored) as content:
        archive = zipfile.ZipFile(io.BytesIO(content.read()))
    texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    students = next(text for name, text in texts.items() if "users" in name and "Last Name" in text)
    assert "999000001" in students
    corrected: Any = students.replace("Zoë,,,", "Zoë,,01/31/2007,")
    assert desk.send(corrected).status == "completed"
    assert Student.objects.filter(state_id="999000001").exists()


def test_an_export_without_birth_dates_says_so_in_one_sentence(desk: Desk) -> None:
    files = export()
    del files["demographics"]
    batch = desk.send(packed(files, manifest={"demographics": "absent"}))
    assert counts(batch, "Student")["held"] == 3
    assert "The export has no birth dates" in " ".join(batch.result["notices"])


def test_another_mapping_after_the_test_saves_nothing(
    desk: Desk, mapping: OneRosterMapping
) -> None:
    """R-IMP-20: what was looked at is what is saved."""
    tested = desk.send(packed(export()), "validate")
    confirm(desk.scope, choices(section_rule="code"), by="X", by_id=None)
    saved = desk.send(
        packed(export()),
        since=tested.result["cursor"],
        mapping=tested.result["mapping"],
    )
    assert saved.result["moved"] and not Student.objects.exists()
