"""A run leaves a batch with figures, the point at which they were read, and files; the command
prints the design's shape.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from cte_portal.accounts.models import Membership, User
from cte_portal.batches.models import Batch, moment
from cte_portal.batches.running import run_here
from cte_portal.editions import Edition
from pathways.models import Change, Student
from pathways.reports import run as running
from pathways.reports.groups import REPORTS
from pathways.reports.report import Report
from pathways.reports.run import ask
from pathways.reports.runs import certification_at_state, last_runs
from pathways.resync.batches import submit_resync
from pathways.resync.object_types import NAMES
from tests.fixtures.records import BUSINESS, HEALTH, District_

EVERY = list(REPORTS.values())


@pytest.fixture
def wrong(cottonwood: District_, kayla: Student) -> Student:
    """The guide's student with 2.50 credits, No, and both answers about being a single parent."""
    cottonwood.record(kayla, HEALTH, in_district_credits=Decimal("2.50"))
    cottonwood.record(kayla, BUSINESS, single_parent=True)
    return kayla


def content(batch: Batch, role: str) -> bytes:
    with default_storage.open(batch.files.get(role=role).stored) as stored:
        return stored.read()


def lines(batch: Batch, role: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(batch, role).decode("utf-8-sig"), newline="")))


def test_a_small_district_is_done_at_once_and_the_batch_says_when_and_of_what(
    cottonwood: District_, wrong: Student, clerk: User
) -> None:
    batch = ask(cottonwood.scope, EVERY, by=clerk)
    assert batch.status == "with-errors"
    assert batch.title == "Data Validation – All reports, District"
    result = batch.result
    assert (result["edition"], result["generation"], result["moved"]) == ("district", None, False)
    assert result["district_cursor"] == Change.objects.cursor("9012")
    counts = {entry["slug"]: entry["count"] for entry in result["reports"]}
    assert (
        counts["incorrect-concentrator"],
        counts["single-parent-different"],
        counts["count-concentrator-participant"],
    ) == (1, 1, 1)
    assert result["reports"][0] | {"concentrators": 0, "participants": 1} == result["reports"][0]
    assert "7 reports run at the district. 2 errors found." in batch.sentence
    assert {file.role for file in batch.files.all()} == {f"{key}.csv" for key in "abcde"} | {
        "certification.csv",
        "rostered.csv",
        "report.xlsx",
    }


def test_its_files_hold_the_rows_and_no_formula(cottonwood: District_, clerk: User) -> None:
    student = cottonwood.student("999000124", "=HYPERLINK(1)", "Ida")
    cottonwood.record(student, HEALTH, concentrator=True)
    batch = ask(cottonwood.scope, [REPORTS["incorrect-concentrator"]], by=clerk)
    assert lines(batch, "d.csv") == [
        [
            "Student State ID",
            "Last Name",
            "First Name",
            "CTE Pathway",
            "Pathway Credits",
            "CTE Concentrator",
        ],
        ["999000124", "'=HYPERLINK(1)", "Ida", HEALTH, "1.50", "Yes"],
    ]
    with zipfile.ZipFile(io.BytesIO(content(batch, "report.xlsx"))) as book:
        sheets = [
            book.read(name).decode()
            for name in book.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    assert len(sheets) == 2  # the report, and what it is of
    assert "Ida" in sheets[0] + sheets[1]
    assert "<f>" not in "".join(sheets)


def test_its_rows_are_read_once_for_workbook_and_csv(
    cottonwood: District_, wrong: Student, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, readings = REPORTS["incorrect-concentrator"], []
    rows = report.rows

    def counted(*arguments: Any) -> Any:
        readings.append(arguments)
        return rows(*arguments)

    monkeypatch.setattr(report, "rows", counted)
    batch = ask(cottonwood.scope, [REPORTS["certification"], report], by=clerk)
    roles = [file.role for file in batch.files.order_by("pk")]
    assert roles == ["report.xlsx", "certification.csv", "d.csv"] and len(readings) == 1
    with zipfile.ZipFile(io.BytesIO(content(batch, "report.xlsx"))) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    assert wrong.state_id in lines(batch, "d.csv")[1] and wrong.state_id in sheet


def test_its_notes_say_in_words_when_the_data_were_sent(
    cottonwood: District_, wrong: Student, clerk: User
) -> None:
    def notes() -> str:
        batch = ask(cottonwood.scope.at_state(), [REPORTS["incorrect-concentrator"]], by=clerk)
        with zipfile.ZipFile(io.BytesIO(content(batch, "report.xlsx"))) as book:
            return "".join(
                book.read(name).decode()
                for name in book.namelist()
                if name.startswith("xl/worksheets/sheet")
            )

    assert "State edition, nothing sent yet." in notes()
    assert run_here(submit_resync(cottonwood.scope, NAMES, by=clerk)).status == "completed"
    assert re.search(r"State edition, as sent on \d\d/\d\d/\d{4} \d\d:\d\d [AP]M MT\.", notes())


def test_a_large_district_goes_through_the_queue(
    cottonwood: District_, wrong: Student, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 1)
    batch = ask(cottonwood.scope, EVERY, by=clerk)
    assert (batch.status, batch.queue) == ("queued", "district")
    assert run_here(batch).status == "with-errors"


def test_a_page_never_runs_the_districts_earlier_work(
    cottonwood: District_, wrong: Student, clerk: User
) -> None:
    """A worker was quicker: what somebody sends to the state is no page's to run, it may only read
    there.
    """
    resync = submit_resync(cottonwood.scope, NAMES, by=clerk)
    double = ask(cottonwood.scope, EVERY, by=clerk, key="k", wait=0)
    Batch.objects.filter(pk=double.pk).update(
        status="queued", attempt=0, finished_at=None, available_at=moment(30)
    )
    assert ask(cottonwood.scope, EVERY, by=clerk, key="k", wait=0.5).status == "queued"
    resync.refresh_from_db()
    assert (resync.status, resync.attempt) == ("queued", 0)
    later = submit_resync(cottonwood.scope, NAMES, by=clerk)
    assert run_here(later, earlier=True).status == "completed", (
        "a command runs it: no worker may be there"
    )
    resync.refresh_from_db()
    assert resync.status == "completed"


def test_a_double_click_is_one_run(cottonwood: District_, wrong: Student, clerk: User) -> None:
    assert (
        ask(cottonwood.scope, EVERY, by=clerk, key="k").pk
        == ask(cottonwood.scope, EVERY, by=clerk, key="k").pk
    )


def test_who_lost_the_right_cannot_run(cottonwood: District_, clerk: User) -> None:
    Membership.objects.filter(user=clerk).delete()
    assert ask(cottonwood.scope, EVERY, by=clerk).status == "failed"


def test_at_the_state_it_shows_what_was_sent(
    cottonwood: District_, wrong: Student, clerk: User, sent: Callable[[], None]
) -> None:
    sent()
    cottonwood.record(wrong, HEALTH, in_district_credits=Decimal("1.00"))
    at_state, here = (
        ask(cottonwood.scope.at_state(), EVERY, by=clerk),
        ask(cottonwood.scope, EVERY, by=clerk),
    )
    counts = [
        {entry["slug"]: entry["count"] for entry in batch.result["reports"]}
        for batch in (at_state, here)
    ]
    assert [count["incorrect-concentrator"] for count in counts] == [1, 0]
    assert "District and state do not match in 4 figures." in at_state.sentence
    assert at_state.result["sent_at"] is not None
    runs = last_runs(cottonwood.scope)
    assert [runs["incorrect-concentrator", edition].count for edition in Edition] == [0, 1]


def test_the_page_of_a_run_leads_to_the_rows_of_its_edition(
    cottonwood: District_, wrong: Student, clerk: User, client: Client
) -> None:
    client.force_login(clerk)
    for scope, carried in ((cottonwood.scope.at_state(), "&amp;at=state"), (cottonwood.scope, "")):
        page = client.get(
            f"/districts/9012/2025/batches/{ask(scope, EVERY, by=clerk).pk}/"
        ).content.decode()
        assert f'?report=incorrect-concentrator{carried}#report"' in page
    at_state = client.get(
        f"/districts/9012/2025/batches/{ask(cottonwood.scope.at_state(), EVERY, by=clerk).pk}/"
    ).content.decode()
    assert '?report=certification#report"' in at_state, "it compares both editions anyhow"


def test_certification_run_at_state_holds_until_the_next_resync(
    cottonwood: District_, wrong: Student, clerk: User, sent: Callable[[], None]
) -> None:
    report = [REPORTS["certification"]]
    assert certification_at_state(cottonwood.scope) is None
    ask(cottonwood.scope.at_state(), report, by=clerk)  # nothing was ever sent
    assert certification_at_state(cottonwood.scope) is None
    sent()
    assert certification_at_state(cottonwood.scope) is None
    ask(cottonwood.scope, report, by=clerk)  # at the district it does not count
    assert certification_at_state(cottonwood.scope) is None
    batch = ask(cottonwood.scope.at_state(), report, by=clerk)
    run = certification_at_state(cottonwood.scope)
    assert run is not None
    assert (run.batch.pk, run.count, run.edition) == (batch.pk, 0, Edition.STATE)
    ask(
        cottonwood.scope.at_state(), [REPORTS["incorrect-concentrator"]], by=clerk
    )  # another report does not take its place
    assert certification_at_state(cottonwood.scope) == run
    sent()  # nothing had changed: what stands at the state is what the report was run on
    assert certification_at_state(cottonwood.scope) == run
    cottonwood.record(wrong, HEALTH, in_district_credits=Decimal("3.00"))
    sent()
    assert certification_at_state(cottonwood.scope) is None


def test_records_that_move_while_it_runs_are_said(
    cottonwood: District_,
    wrong: Student,
    clerk: User,
    sent: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent()
    report = REPORTS["certification"]
    seen = type(report).count

    def disturbed(self: Report, scope: Any) -> Any:
        figure = seen(self, scope)  # type: ignore[arg-type]
        current = wrong.participations.get(pathway__name=HEALTH).in_district_credits
        cottonwood.record(wrong, HEALTH, in_district_credits=current + 1)
        return figure

    monkeypatch.setattr(type(report), "count", disturbed)
    batch = ask(cottonwood.scope.at_state(), [report], by=clerk)
    assert batch.result["moved"]
    assert "Run it again" in batch.sentence
    assert certification_at_state(cottonwood.scope) is None


def printed(capsys: Any, *arguments: str) -> Any:
    call_command("validate", *arguments)
    return json.loads(capsys.readouterr().out)


def test_the_command_prints_the_designs_shape(
    cottonwood: District_, wrong: Student, sent: Callable[[], None], capsys: Any
) -> None:
    sent()
    cottonwood.record(wrong, HEALTH, in_district_credits=Decimal("1.00"))
    here = printed(capsys, "--district", "9012", "--json")
    assert list(here) == ["district", "edition", "reports"]
    assert [entry["slug"] for entry in here["reports"]] == list(REPORTS)
    first = here["reports"][0]
    assert first == {
        "slug": "count-concentrator-participant",
        "title": "End of Year CTE Count Concentrator & Participant",
        "count": 1,
        "concentrators": 0,
        "participants": 1,
        "findings": [],
    }
    there = printed(
        capsys, "--district", "9012", "--at-state", "--report", "incorrect-concentrator", "--json"
    )
    assert there == {
        "district": "9012",
        "edition": "state",
        "reports": [
            {
                "slug": "incorrect-concentrator",
                "title": "End of Year CTE with Incorrect Concentrator Assigned",
                "count": 1,
                "findings": [
                    {
                        "student_state_id": "999000123",
                        "last_name": "Anderson",
                        "first_name": "Kayla",
                        "pathway": HEALTH,
                        "pathway_credits": "2.50",
                        "concentrator": "No",
                    }
                ],
            }
        ],
    }


def test_the_command_runs_all_districts_and_leaves_a_batch_only_for_somebody(
    cottonwood: District_, elsewhere: District_, wrong: Student, clerk: User, capsys: Any
) -> None:
    assert [entry["district"] for entry in printed(capsys, "--all", "--json")] == ["0965", "9012"]
    assert Batch.objects.count() == 0
    printed(capsys, "--district", "9012", "--as", "cmartin", "--json")
    assert Batch.objects.get().submitted_by == clerk
    with pytest.raises(CommandError):
        call_command("validate", "--district", "4444")
    with pytest.raises(CommandError):
        call_command("validate", "--district", "9012", "--as", "nobody-here")
    capsys.readouterr()
    call_command("validate", "--district", "9012")
    assert "End of Year CTE with Incorrect Concentrator Assigned" in capsys.readouterr().out
