"""Exports that are none, not whole, or hostile: each refused by name with the remedy; and what is
dropped while reading.
"""

from __future__ import annotations

import io
import logging
import random
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage

from pathways.models import Student
from tests.pathways.roster.conftest import ALL, Desk, file_of, zipped
from tests.pathways.roster.oneroster.exports import (
    MOTHER,
    PHONE,
    RACE,
    SECRET,
    export,
    packed,
    text_of,
)
from tests.pathways.roster.oneroster.faults import FAULTS, mixed
from tests.pathways.roster.stored import stored_files, texts_of
from tests.pathways.roster.test_hostile_files import refused

pytestmark = [
    pytest.mark.django_db(databases=["default", "state"]),
    pytest.mark.usefixtures("mapping"),
]


def members(**texts: str) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name.replace("__", "."), text)
    return into.getvalue()


@pytest.mark.parametrize("name", sorted(export("1.2")))
def test_a_file_without_rows_is_refused_by_its_name(desk: Desk, name: str) -> None:
    """R-IMP-04: every one of them in turn."""
    files = export("1.2")
    titles = text_of(files[name]).split("\r\n")[0] + "\r\n"
    words = refused(desk, packed(files, "1.2", texts={name: titles}))
    assert f"{name}.csv has column titles but no rows" in words
    assert f"{name}.csv is empty" in refused(desk, packed(files, "1.2", texts={name: "\r\n"}))


@pytest.mark.parametrize("name", ["orgs", "users", "academicSessions"])
def test_a_file_that_is_needed_is_missed_by_its_name(desk: Desk, name: str) -> None:
    files = export()
    del files[name]
    assert f"The export has no {name}.csv" in refused(desk, packed(files))
    words = refused(desk, packed(files, manifest={name: "bulk"}))
    assert f"manifest.csv names {name}.csv, but the zip does not have it" in words


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("propertyName,value\noneroster.version,1.0\n", "names OneRoster version “1.0”"),
        ("propertyName,value\n", "names OneRoster version “”"),
        ("name,value\n", "The first line of manifest.csv must be propertyName,value"),
        (
            "propertyName,propertyValue\noneroster.version,1.1\nfile.users,some\n",
            "manifest.csv says “some” for users.csv",
        ),
    ],
)
def test_a_manifest_that_says_nothing_known_is_refused(
    desk: Desk, manifest: str, words: str
) -> None:
    assert words in refused(desk, packed(export(), texts={"manifest": manifest}))


def test_the_columns_that_are_missing_are_one_sentence(desk: Desk) -> None:
    """R-IMP-22."""
    files = export()
    for row in files["users"]:
        del row["familyName"], row["role"]
    assert "users.csv lacks these columns: familyName, role" in refused(desk, packed(files))


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("enrollments", {"userSourcedId": "userId", "classSourcedId": "classId"}),
        ("users", {"grades": "grade"}),
        ("courses", {"schoolYearSourcedId": "schoolYearId"}),
        ("classes", {"termSourcedIds": "termId"}),
        ("demographics", {"sourcedId": "userSourcedId", "birthDate": "birthdate"}),
    ],
)
def test_an_older_draft_is_named_with_its_columns(
    desk: Desk, name: str, titles: dict[str, str]
) -> None:
    """R-IMP-05: also where what the draft calls otherwise is not needed, such as a grade."""
    files = export()
    for row in files[name]:
        for title, of_draft in titles.items():
            row[of_draft] = row.pop(title, "y")
    if name == "demographics":  # with an id of its own, which is no user's
        for number, row in enumerate(files[name]):
            row["sourcedId"] = f"demo{number}"
    words = refused(desk, packed(files))
    named = [title for title in titles.values() if title != "birthdate"]
    assert f"{name}.csv is of an older draft of OneRoster (columns {', '.join(named)})" in words


def test_a_column_of_the_vendors_own_is_no_draft(desk: Desk) -> None:
    """It may have a draft's name beside the published column."""
    files = export()
    for row in files["users"]:
        row["grade"] = row.get("grades", "")
    assert desk.send(packed(files), "validate").status == "completed"


@pytest.mark.parametrize(
    ("name", "title", "dates", "lines"),
    [
        ("demographics", "birthDate", ("15/06/2007", "1/05/2007", "2007-03-01"), "2, 3"),
        ("demographics", "birthDate", ("1/05/2007", "2007-02-01", "3/04/2008", "6/7/2014"), "2, 4"),
        ("roles", "beginDate", ("2024-08-21", "9/3/2024"), "3"),
        ("roles", "endDate", ("", "", "1/6/2025"), "4"),
    ],
)
def test_a_date_that_may_be_read_in_two_ways_refuses_the_export(
    desk: Desk, name: str, title: str, dates: tuple[str, ...], lines: str
) -> None:
    """R-IMP-23: nobody is born on another day without a word."""
    files = export("1.2")
    for row, date in zip(files[name], dates, strict=False):
        row[title] = date
    words = refused(desk, packed(files, "1.2"))
    assert f"{name}.csv: {title} is not written year-month-day" in words
    assert f"for example in line {lines}" in words
    assert not Student.objects.exists()


def test_dates_that_can_only_be_month_day_year_are_read(desk: Desk) -> None:
    """R-IMP-23: every one of them has one reading, and the same."""
    files = export()
    for row, date in zip(
        files["demographics"], ("1/31/2007", "2/28/2007", "03/13/2008", "04/04/2014"), strict=True
    ):
        row["birthDate"] = date
    desk.send(packed(files))
    assert f"{Student.objects.get(state_id='999000003').birth_date}" == "2008-03-13"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            members(users__csv="sourcedId\n1\n", orgs__csv="sourcedId\n1\n"),
            "has no manifest.csv",
        ),
        (
            members(results__csv="sourcedId\n1\n", lineItems__csv="sourcedId\n1\n"),
            "a OneRoster gradebook export",
        ),
        (members(manifest__json="{}", users__json="[]"), "JSON is not read"),
        (b'{"users": []}', "This is JSON"),
        (b"sourcedId,status,givenName\n1,,A\n", "one file of a OneRoster export"),
        (members(School__csv="SIS ID,Name\n1,A\n"), "Microsoft School Data Sync"),
        (members(teachers__csv="School_id,Teacher_id\n1,2\n"), "This is a Clever file"),
        (members(schools__csv="School_id,School_name,School_number\n1,A,1\n"), "a Clever file"),
        (b"School_id,Student_id,State_id,Last_name\n1,2,999000001,A\n", "a Clever file"),
    ],
)
def test_what_looks_like_an_export_is_refused_by_its_name(
    desk: Desk, content: bytes, words: str
) -> None:
    """R-IMP-05."""
    assert words in refused(desk, content)


def test_the_import_type_that_was_chosen_is_held_to(desk: Desk) -> None:
    other = desk.send(packed(export()), type="students")
    assert "This is a OneRoster export. You chose Student Demographics" in other.sentence
    other = desk.send(zipped(ALL), type="oneroster")
    assert "This is not a OneRoster export" in other.sentence
    assert desk.send(packed(export()), type="oneroster").status == "completed"


def test_an_export_of_another_year_is_refused_whole(desk: Desk) -> None:
    """R-IMP-16."""
    files = export()
    for row in files["academicSessions"]:
        row["schoolYear"] = "2024"
    assert "The export is of 2023-24. The current school year is 2024-25" in refused(
        desk, packed(files)
    )


def test_a_year_that_cannot_be_read_is_named_by_its_line(desk: Desk) -> None:
    files = export()
    files["academicSessions"][1]["schoolYear"] = "24-25"
    assert "academicSessions.csv, line 3: schoolYear must have 4 digits" in refused(
        desk, packed(files)
    )


def test_a_column_that_stands_twice_is_refused(desk: Desk) -> None:
    files = export()
    texts = {"orgs": text_of(files["orgs"]).replace("identifier", "Name")}
    assert "orgs.csv: the column Name appears twice" in refused(desk, packed(files, texts=texts))


def test_damage_in_the_middle_of_a_file_is_damage_of_the_zip(desk: Desk) -> None:
    content = bytearray(packed(export()))
    at = content.find(b"users.csv") + len("users.csv")
    content[at : at + 20] = bytes(byte ^ 0x5A for byte in content[at : at + 20])
    assert "damaged" in refused(desk, bytes(content))


def test_a_bomb_beside_the_known_files_is_not_unpacked(desk: Desk) -> None:
    texts: dict[str, Any] = {"pictures": "0" * (2 << 20)}
    assert "300 times its size" in refused(desk, packed(export(), texts=texts))


def test_a_export_is_not_unpacked_to_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-IMP-24: files of the zip are read where they are."""
    written: list[bytes] = []

    class Watched(io.BytesIO):
        def write(self, content: Any) -> int:
            written.append(bytes(content))
            return super().write(content)

    monkeypatch.setattr("pathways.roster.imports.oneroster.parts.tempfile.TemporaryFile", Watched)
    assert desk.send(packed(export())).status == "completed"
    whole = b"".join(written)
    assert b"999000001" in whole
    for word in (SECRET, RACE, MOTHER, PHONE):
        assert word.encode() not in whole


def test_what_is_kept_of_an_export_reads_as_it_did(desk: Desk) -> None:
    """Lines, columns and faults stay where they are, so that a test and its upload agree."""
    content = packed(
        mixed(export("1.2"), sorted(FAULTS), random.Random(3)),
        "1.2",
        texts={"orgs": "\n\n" + text_of(export()["orgs"]) + 'x\n\n\n"open\na,b\n'},
    )
    first = desk.send(content, "validate")
    with default_storage.open(first.input_file) as kept:
        cleaned = kept.read()
    assert cleaned != content
    again = desk.send(cleaned, "validate")
    assert first.result.pop("sent") != again.result.pop("sent")
    assert (again.result, file_of(again, "report.csv")) == (
        first.result,
        file_of(first, "report.csv"),
    )


def test_an_export_that_is_refused_is_not_kept(desk: Desk) -> None:
    files = export()
    for row in files["academicSessions"]:
        row["schoolYear"] = "2024"
    batch = desk.send(packed(files))
    assert batch.result["refused"] and not batch.input_file
    assert stored_files(f"batches/{batch.pk}") == []


@pytest.mark.parametrize("is_broken", [False, True])
def test_passwords_race_guardians_and_contacts_are_nowhere_afterwards(
    desk: Desk, is_broken: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """R-IMP-24: in no table, file, log or message, of good rows and of refused ones."""
    files = export()
    if is_broken:
        for row in files["users"]:
            row["userIds"] = row.get("userIds", "").replace("StateID:999", "StateID:")
            row["metadata.homePhoneId"] = PHONE
    with caplog.at_level(logging.DEBUG):
        batch = desk.send(packed(files))
    assert Student.objects.exists() is not is_broken
    words = [SECRET, RACE, MOTHER, PHONE, "Terry"]
    whole = "\n".join([caplog.text, *texts_of(batch)])
    assert not [word for word in words if word in whole]
