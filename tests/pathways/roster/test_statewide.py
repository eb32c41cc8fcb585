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
from cte_portal.batches import dispatch
from cte_portal.batches.models import Batch, Status, moment
from cte_portal.batches.running import run as run_batch
from cte_portal.batches.statewide import statewide
from cte_portal.batches.statewide.statewide import children_of
from cte_portal.editions import Scope
from pathways.models import District, Student
from pathways.roster.imports.recognizing import parts_of
from pathways.roster.imports.statewide import SortedFiles, submit_of_all
from tests.fixtures.people import person
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
    parent = Batch.objects.get(district="")
    assert children_of(parent).filter(status=Status.COMPLETED).count() == 1
    assert set(children_of(parent).values_list("district", flat=True)) == {"0965", "9020"}
    assert parent.sentence == "1 district done. 1 with errors or not done: open them below."


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
    part = Batch.objects.get(district="0965")
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
    with pytest.raises(CommandError, match="does not have permission"):
        run(path)
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
    assert not Batch.objects.exclude(district="").exists()


def test_a_file_with_the_day_first_is_refused_whole_whosever_row_shows_it(
    desk: Desk, neighbor: District, tmp_path: Path
) -> None:
    """R-IMP-23: the other district's 05/01 would be read as May 1."""
    path = tmp_path / "state.csv"
    rows = [ROW.format(district=number, student=f"99900{number}") for number in ("0965", "9020")]
    days = [row.replace("01/01", day) for row, day in zip(rows, ("05/01", "15/06"), strict=True)]
    path.write_text(TITLES + "".join(days))
    with pytest.raises(CommandError, match=r"Birth Date is written day/month/year.* line 3"):
        run(path)
    assert not Student.objects.exists()


def test_a_record_type_shows_the_day_first_to_the_others_of_its_file_and_folder(
    desk: Desk, neighbor: District, tmp_path: Path
) -> None:
    """R-IMP-23: one AIM file, and one of several, whose other lines are lawful either way."""
    enrolled = "EN\t9020\t0001\t001\t999000002\t\t\t\t05/09/2024\t\t\t11\tP\n"
    student = "SD\t0965\t999000001\t\tLAST\tFIRST\t\t{}\tF\n"
    (tmp_path / "a.txt").write_text(enrolled)
    (tmp_path / "b.txt").write_text(student.format("15/06/2008"))
    with pytest.raises(CommandError, match=r"b\.txt: Birth Date is written day/month/year"):
        run(tmp_path)
    (tmp_path / "b.txt").unlink()
    (tmp_path / "a.txt").write_text(enrolled + student.format("15/06/2008"))
    with pytest.raises(CommandError, match=r"a\.txt: Birth Date is written day/month/year"):
        run(tmp_path)
    assert not Student.objects.exists()


def test_a_large_file_is_written_in_pieces(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pathways.roster.imports.statewide.WAITING", 3)
    path = tmp_path / "state.csv"
    rows = [ROW.format(district="0965", student=f"9990000{number:02}") for number in range(10)]
    path.write_text(TITLES + "".join(rows))
    code, answer = run(path)
    assert (code, answer["districts"]["0965"]["objects"][0]["new"]) == (0, 10)


def test_the_same_folder_again_changes_nothing_and_is_not_read_again(
    desk: Desk, neighbor: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-IMP-13, of each district's part of it."""
    path = tmp_path / "state.csv"
    rows = [ROW.format(district=number, student=f"99900{number}") for number in ("0965", "9020")]
    path.write_text(TITLES + "".join(rows))
    run(path)
    monkeypatch.setattr("pathways.roster.imports.batch.read_parts", None)
    code, answer = run(path)
    assert code == 0 and set(answer["districts"]) == {"0965", "9020"}
    for district in answer["districts"].values():
        (students,) = district["objects"]
        assert (students["read"], students["new"], students["unchanged"]) == (1, 0, 1)


def test_a_district_whose_lines_keep_little_is_not_told_that_it_fills_a_disk(
    tmp_path: Path,
) -> None:
    """What is kept of lines that do not fit packs to a thousandth."""
    (tmp_path / "0965").mkdir()
    (tmp_path / "0965" / "001 01.csv").write_text(TITLES + f"0965{',' * 99}\n" * 20_000)
    with SortedFiles(tmp_path).zip_of("0965").open("rb") as file:
        assert [part.name for part in parts_of(file, "0965.zip")] == ["001 01.csv"]


class Killed(BaseException):
    """The worker's process is gone."""


@pytest.mark.parametrize("moment_of_death", range(6))
def test_a_worker_that_dies_at_any_step_leaves_whole_districts_and_the_next_does_the_rest(
    desk: Desk,
    neighbor: District,
    tmp_path: Path,
    opi: User,
    monkeypatch: pytest.MonkeyPatch,
    moment_of_death: int,
) -> None:
    """Before and after each district, and between a district's child and its run."""
    path = tmp_path / "state.csv"
    rows = {"0965": ["999000001", "999000003"], "9020": ["999000002"]}
    path.write_text(
        TITLES
        + "".join(
            ROW.format(district=district, student=student)
            for district, students in rows.items()
            for student in students
        )
    )
    parent = submit_of_all([path], path.name, 2025, {"work": "upload"}, by=opi)
    steps = iter(range(100))

    def dying(does: Any) -> Any:
        def step(*arguments: Any, **more: Any) -> Any:
            if next(steps) == moment_of_death:
                raise Killed
            return does(*arguments, **more)

        return step

    with monkeypatch.context() as patch, pytest.raises(Killed):
        for name in ("_told", "submit", "run"):
            patch.setattr(statewide, name, dying(getattr(statewide, name)))
        run_batch(parent.pk)
    for district, students in rows.items():
        written = set(Student.objects.filter(district=district).values_list("state_id", flat=True))
        assert written in (set(), set(students))
    Batch.objects.live().exclude(lease_until=None).update(lease_until=moment(-1))
    dispatch.sweep()
    assert run_batch(parent.pk)
    parent.refresh_from_db()
    assert parent.sentence == "2 districts done."
    assert Student.objects.count() == 3
    assert sorted(children_of(parent).values_list("district", flat=True)) == ["0965", "9020"]


def test_a_districts_own_work_goes_on_meanwhile(
    desk: Desk, neighbor: District, tmp_path: Path, opi: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clerk uploads while another district is carried out, and waits for no turn."""
    path = tmp_path / "state.csv"
    path.write_text(
        TITLES
        + ROW.format(district="0965", student="999000001")
        + ROW.format(district="9020", student="999000002")
    )
    parent = submit_of_all([path], path.name, 2025, {"work": "upload"}, by=opi)
    clerk = person("ameek", "Meek", "Ann", (Role.DATA_CLERK, "9020"))
    does, sent = statewide.run, []

    def meanwhile(key: Any, **more: Any) -> bool:
        if not sent:
            row = ROW.format(district="9020", student="999000009")
            sent.append(Desk(clerk, Scope("9020", 2025)).send(TITLES + row))
        return does(key, **more)

    monkeypatch.setattr(statewide, "run", meanwhile)
    assert run_batch(parent.pk)
    assert sent[0].status == Status.COMPLETED
    assert children_of(parent).filter(status=Status.COMPLETED).count() == 2
    assert Student.objects.filter(district="9020").count() == 2


def test_opi_sees_the_parent_with_its_districts(
    desk: Desk, neighbor: District, tmp_path: Path, opi: User, client: Client
) -> None:
    path = tmp_path / "state.csv"
    path.write_text(
        TITLES
        + ROW.format(district="0965", student="999000001")
        + ROW.format(district="7777", student="999000002")
    )
    assert run(path)[0] == 2
    parent = Batch.objects.get(district="")
    client.force_login(opi)
    page = client.get(reverse("statewide-batch", args=[parent.pk])).content.decode()
    assert "Rows of 1 unknown district: 7777." in page and ">0965</a>" in page
    client.force_login(desk.clerk)
    assert client.get(reverse("statewide-batch", args=[parent.pk])).status_code in (403, 404)
