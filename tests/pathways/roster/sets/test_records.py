"""Rows that need a person: those without a State ID, and those that come back to be corrected."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from pathways.models import Student
from tests.pathways.roster.conftest import (
    AIM,
    ALL,
    SCHOOLS,
    STUDENTS,
    Desk,
    counts,
    file_of,
    saved,
    zipped,
)

pytestmark = pytest.mark.django_db(databases=["default", "state"])


@pytest.mark.parametrize("record", ["SD", "EN", "RU"])
def test_a_record_without_state_id_is_held(desk: Desk, record: str) -> None:
    """R-IMP-09: of AIM as of an export; nobody is invented."""
    desk.send(AIM)
    batch = desk.send(
        "".join(
            f"{line}\n".replace("999000001", "")
            for line in AIM.splitlines()
            if line[:2] in ("HD", record)
        ).replace("ALMAND", "OTHER")
    )
    (of_kind,) = batch.result["objects"]
    assert (of_kind["read"], of_kind["held"]) == (1, 1)
    assert "This row has no State ID" in file_of(batch, "report.csv")


@pytest.mark.parametrize("form", ["csv", "aim"])
def test_a_student_who_is_recognized_without_state_id_is_changed(
    desk: Desk, client: Client, form: str
) -> None:
    """R-IMP-09: proposed with the same name and birth date, and taken when a person says so."""
    desk.send(zipped(ALL))
    files = {
        "csv": zipped(
            {"schools": SCHOOLS, "students": STUDENTS.replace("999000001,0020", ",0099")}
        ),
        "aim": "SD\t0965\t\t0099\tÁLVAREZ\tZoë\t\t01/31/2007\tF\n",
    }
    tested = desk.send(files[form], "validate")
    zoe = Student.objects.get(state_id="999000001")
    assert counts(tested, "Student")["held"] == 1
    client.force_login(desk.clerk)
    page = client.get(reverse("batch", args=["0965", 2025, tested.pk])).content.decode()
    assert "999000001 ÁLVAREZ Zoë 01/31/2007" in page and "later exports" not in page
    (choice,) = re.findall(rf'name="same" value="([0-9]+:[0-9]+:{zoe.pk})"', page)

    refused = saved(client, desk, tested, same=choice.replace(f":{zoe.pk}", ":9999999"))
    assert counts(refused, "Student")["held"] == 1
    tested = desk.send(files[form], "validate")
    batch = saved(client, desk, tested, same=choice)
    assert counts(batch, "Student")["changed"] == 1
    zoe.refresh_from_db()
    assert zoe.local_id == "0099"


def test_records_of_aim_come_back_with_what_is_wrong_and_can_be_uploaded(desk: Desk) -> None:
    """R-IMP-26, of AIM: the cells, then line, rule, what is wrong, what to do and the row in the
    portal, none of which is read when the corrected file is uploaded.
    """
    desk.send(AIM)
    bad = (
        AIM.replace("01/31/2007", "1/31/07")
        .replace("\t12\tP", "\t13\tP")
        .replace("MT9.1\n", "MT9.1\nXX\t0965\tsomething\n")
        + "SD\t0965\t999000001\t0020\tOTHER\tJAIME\t\t02/02/2005\tF\n"
    )
    batch = desk.send(bad)
    assert counts(batch, "Student")["refused"] == 2 and counts(batch, "Student")["held"] == 1
    with default_storage.open(batch.files.get(role="rejected.zip").stored) as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    (name,) = archive.namelist()
    text = archive.read(name).decode()
    rows = {line.split("\t")[0]: line.split("\t") for line in text.splitlines()[:4]}
    assert rows["XX"][:3] == ["XX", "Line in your file: 2", "ROS-003"]
    assert rows["SD"][9:11] == ["Line in your file: 4", "ROS-003"]
    assert rows["EN"][-4:-2] == ["ROS-003", "Grade must be 01 to 12, or two letters like KG"]
    assert text.splitlines()[-1].endswith("\t999000001 ALMAND JAIME 01/31/2007")
    corrected = "".join(
        f"{line}\n"
        for line in text.splitlines()
        if not line.startswith("XX") and "OTHER" not in line
    )
    again = desk.send(corrected.replace("\t1/31/07", "\t01/31/2007").replace("\t13\tP", "\t12\tP"))
    assert counts(again, "Student")["unchanged"] == counts(again, "Enrollment")["unchanged"] == 1
    assert "rejected.zip" not in {file.role for file in again.files.all()}


def test_the_first_record_below_the_header_is_never_passed_over(desk: Desk) -> None:
    batch = desk.send("HD\nXX\t0965\nSD\t0965\t999000001\t0020\tALMAND\tJAIME\t\t01/31/2007\tF\n")
    assert counts(batch, "Student") | {"absent": 0} == {
        "type": "Student",
        "read": 2,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "held": 0,
        "refused": 1,
        "set_aside": 0,
        "absent": 0,
    }
