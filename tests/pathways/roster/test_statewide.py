"""A file of many districts from the command line: each district's rows are a batch of its own."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run as run_batch
from pathways.models import District, Student
from tests.pathways.roster.conftest import Desk

pytestmark = [
    pytest.mark.django_db(databases=["default", "state"]),
    pytest.mark.usefixtures("opi"),
]

TITLES = "District Number,Student State ID,Last Name,First Name,Birth Date,Gender\n"
ROW = "{district},{student},LAST,First,01/01/2008,F\n"


def run(path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    try:
        call_command(
            "roster_import",
            path,
            "--all",
            "--as=olund",
            "--work=upload",
            "--json",
            *more,
            stdout=out,
        )
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def neighbor(desk: Desk) -> District:
    return District.objects.create(number="9020", name="Neighbor")


def test_each_district_gets_its_own_rows_and_a_bad_one_stops_no_other(
    desk: Desk, neighbor: District, tmp_path: Path
) -> None:
    path = tmp_path / "state.csv"
    path.write_text(
        TITLES
        + ROW.format(district="0965", student="999000001")
        + ROW.format(district="9020", student="999000002")
        + ROW.format(district="9020", student="12")
        + ROW.format(district="0965", student="999000003")
    )
    code, answer = run(path)
    assert code == 0 and answer["unknown"] == {} and answer["nameless"] == 0
    assert set(answer["districts"]) == {"0965", "9020"}
    assert answer["districts"]["9020"]["objects"][0] | {"unchanged": 0} == {
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
    owners = set(Student.objects.values_list("state_id", "district_id"))
    assert owners == {("999000001", "0965"), ("999000003", "0965"), ("999000002", "9020")}
    assert set(Batch.objects.values_list("district", flat=True)) == {"0965", "9020"}


def test_rows_of_no_district_are_counted_and_end_the_command_with_2(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(
        TITLES
        + ROW.format(district="0965", student="999000001")
        + ROW.format(district="7777", student="999000002")
        + ROW.format(district="", student="999000003")
    )
    (tmp_path / "b.txt").write_text(
        "SD\t0965\t999000004\t\tLAST\tFIRST\t\t01/01/2008\tF\nSC\t965\t0001\tSun High School\t001\n"
    )
    code, answer = run(tmp_path)
    assert (code, answer["unknown"], answer["nameless"]) == (2, {"7777": 1}, 1)
    assert set(Student.objects.values_list("state_id", flat=True)) == {"999000001", "999000004"}


def test_the_district_takes_its_part_back(desk: Desk, tmp_path: Path, client: Client) -> None:
    path = tmp_path / "state.csv"
    path.write_text(TITLES + ROW.format(district="0965", student="999000001"))
    run(path)
    client.force_login(desk.clerk)
    part = Batch.objects.get()
    page = client.get(reverse("batch", args=["0965", 2025, part.pk])).content.decode()
    assert "Undo this upload" in page
    client.post(reverse("roster-undo", args=["0965", 2025, part.pk]))
    assert run_batch(Batch.objects.get(kind="roster-undo").pk)
    assert not Student.objects.exists()


def test_a_clerk_loads_no_district(
    desk: Desk, neighbor: District, tmp_path: Path, opi: User
) -> None:
    """Who works for all districts may bring a file of all; nobody's own role does."""
    opi.memberships.all().delete()
    opi.memberships.create(role=Role.DATA_CLERK, district="0965")
    path = tmp_path / "state.csv"
    path.write_text(TITLES + ROW.format(district="9020", student="999000002"))
    code, answer = run(path)
    assert code == 2 and "no longer has permission" in answer["failed"]["9020"]
    assert not Student.objects.exists()


def test_a_file_without_district_numbers_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "state.csv"
    path.write_text("Student State ID,Last Name\n999000001,X\n")
    with pytest.raises(CommandError, match="no District Number column"):
        run(path)
    with pytest.raises(CommandError, match="no file or folder"):
        run(tmp_path / "nothing")
    with pytest.raises(CommandError, match="one by one"):
        run(path, "--confirm=3")
    assert not Batch.objects.exists()


def test_a_large_file_is_written_in_pieces(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pathways.roster.imports.statewide.WAITING", 3)
    path = tmp_path / "state.csv"
    rows = [ROW.format(district="0965", student=f"9990000{number:02}") for number in range(10)]
    path.write_text(TITLES + "".join(rows))
    code, answer = run(path)
    assert (code, answer["districts"]["0965"]["objects"][0]["new"]) == (0, 10)
