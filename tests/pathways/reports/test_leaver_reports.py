"""The reports of Fall CTE, at both editions: counted again in plain Python, run, read and cured by
people who follow up.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections import Counter
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from cte_portal.editions import Scope, writing_state
from pathways.lists import publish
from pathways.models import FollowUpEntry, FollowUpYear, GroupAssignment, Outcome
from pathways.reports.groups import FALL, GROUPS, LEAVER_REPORTS
from pathways.reports.runs import last_validations
from tests.certification.ready_fall import COLLEGE, LOOKING, WORK, ReadyFall
from tests.fixtures.certification import make_fall_event
from tests.fixtures.people import person
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import DROPPED_OUT, LEFT_YEAR

PAGE = "/districts/9012/2024/data-validation-reports/"
KEY = "11111111-1111-4111-8111-11111111111"
NAMES = ("Abbott", "Baker", "Clark", "Dunn", "Evans")


class Class(ReadyFall):
    """Abbott in college, Baker at work, Clark looking, all as sent; since then Dunn was reached,
    and Evans, who dropped out, was tried once.
    """

    def fill(self) -> None:
        publish.publish()
        people = {}
        for number, name in enumerate(NAMES):
            exit_ = {"end_status": DROPPED_OUT} if name == "Evans" else {}
            pathways = (HEALTH, BUSINESS) if name == "Abbott" else (HEALTH,)
            people[name] = self.leavers.leaver(f"99900030{number}", *pathways, last=name, **exit_)
        self.draw()
        for name, status in (("Abbott", COLLEGE), ("Baker", WORK), ("Clark", LOOKING)):
            self.answer(people[name], status)
        self.send()
        self.answer(people["Dunn"], WORK)
        self.answer(people["Evans"], "")
        self.people = people


@pytest.fixture
def leavers_called(cottonwood: District_, clerk: User) -> Class:
    own = Class(cottonwood, make_fall_event(), clerk)
    own.fill()
    for group in GROUPS:
        GroupAssignment.objects.assign("9012", group.slug, {"data-clerk", "viewer"})
    return own


@pytest.fixture
def desk(client: Client, leavers_called: Class, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def lines(slug: str, scope: Scope) -> list[list[str]]:
    report = LEAVER_REPORTS[slug]
    return [report.texts(row) for row in report.rows(scope)]


def run(client: Client, what: str, number: int = 0) -> Any:
    return client.post(PAGE, {"run": what, "key": f"{KEY}{number}"})


def test_each_report_equals_a_count_in_plain_python_at_both_editions(
    leavers_called: Class,
) -> None:
    year = FollowUpYear.objects.get(pk=LEFT_YEAR)
    early = {"date_contacted": year.opens - datetime.timedelta(days=1)}
    with writing_state():
        for alias in ("default", "state"):
            own = Outcome.objects.using(alias).filter(student=leavers_called.people["Clark"].pk)
            assert own.update(**early) == 1
    for scope in (leavers_called.scope, leavers_called.scope.at_state()):
        entries = list(FollowUpEntry.objects.filter(end_year=LEFT_YEAR, left_at=None))
        stored = Outcome.objects.using(scope.alias).filter(end_year=LEFT_YEAR)
        statuses = {outcome.student_id: outcome.status for outcome in stored}
        by_status = Counter(statuses.get(entry.student_id, "") for entry in entries)
        own = {row[0][:2]: int(row[1]) for row in lines("statuses-of-leavers", scope)}
        assert own.pop("No") == by_status.pop("", 0)
        assert {code: number for code, number in own.items() if number} == dict(by_status)
        figure = LEAVER_REPORTS["open-follow-ups"].count(scope)
        assert figure.count == len(entries) - len(statuses), "nobody was tried often enough"
        reached = [entry for entry in entries if entry.student_id in statuses]
        by_pathway = {row[0]: row[1:] for row in lines("pathways-of-leavers", scope)}
        placed = [entry for entry in reached if statuses[entry.student_id] != LOOKING]
        assert by_pathway == {
            HEALTH: ["5", "4", "1", str(len(reached)), str(len(placed))],
            BUSINESS: ["1", "1", "0", "1", "1"],
        }
        assert [row[1] for row in lines("window-of-contact", scope)] == ["Clark"]
    here, there = (
        LEAVER_REPORTS["open-follow-ups"].count(scope).count
        for scope in (leavers_called.scope, leavers_called.scope.at_state())
    )
    assert (here, there) == (1, 2), "Dunn's answer is not sent yet"


def test_they_stand_in_the_year_of_the_leavers_with_both_editions_and_lead_to_the_calls(
    desk: Client, leavers_called: Class
) -> None:
    page = text(desk.get(PAGE))
    assert "Validation Group: Fall CTE Follow-up" in page
    assert "1 to correct 1 at the district, Follow-up: Open 2 at the state" in page
    assert "5 at the district, Follow-up: by Pathway" in page and "4 answered, 3 placed" in page
    answer = desk.get(f"{PAGE}?report=open-follow-ups")
    entry = leavers_called.entry(leavers_called.people["Evans"])
    cure = f"/districts/9012/2024/cte-follow-up/{entry.pk}/"
    assert f'href="{cure}"' in answer.content.decode() and desk.get(cure).status_code == 200
    assert "Evans" not in text(desk.get(f"{PAGE}?report=statuses-of-leavers"))
    now = text(desk.get("/districts/9012/2025/data-validation-reports/"))
    assert "Leavers of 2023-24 are being followed up." in now
    assert "Follow-up: Open" not in now, "leavers of 2024-25 are not called yet"


def test_a_run_keeps_its_figures_and_files_and_is_no_validation_of_records(
    desk: Client, leavers_called: Class
) -> None:
    answer = run(desk, "all:state")
    assert answer["Location"] == PAGE
    batch = Batch.objects.get(kind="validate")
    assert {entry["slug"]: entry["count"] for entry in batch.result["reports"]} == {
        "open-follow-ups": 2,
        "statuses-of-leavers": 5,
        "pathways-of-leavers": 5,
        "window-of-contact": 0,
    }
    assert batch.sentence == "4 reports run at the state. 2 errors found."
    with default_storage.open(batch.files.get(role="open.csv").stored) as stored:
        rows = list(csv.reader(io.StringIO(stored.read().decode("utf-8-sig"))))
    assert rows[0][-1] == "Attempts" and [row[1] for row in rows[1:]] == ["Dunn", "Evans"]
    assert len(rows[1:]) == 2
    assert "Follow-up: by Status" in text(desk.get(f"/districts/9012/2024/batches/{batch.pk}/"))
    assert last_validations(LEFT_YEAR) == {}


def test_a_call_makes_the_same_button_another_run(desk: Client, leavers_called: Class) -> None:
    first = run(desk, "open-follow-ups:district:csv")["Location"]
    assert run(desk, "open-follow-ups:district:csv")["Location"] == first
    leavers_called.answer(leavers_called.people["Evans"], WORK)
    assert run(desk, "open-follow-ups:district:csv")["Location"] != first


def test_records_of_a_year_that_is_over_are_still_not_run(
    desk: Client, leavers_called: Class
) -> None:
    run(desk, "incorrect-concentrator:district")
    run(desk, "certification:state", 1)
    assert not Batch.objects.filter(kind="validate").exists()


def test_the_fall_event_names_its_group_and_leads_to_it(
    desk: Client, leavers_called: Class
) -> None:
    address = f"/districts/9012/2024/event-certification/{leavers_called.event.pk}/"
    page = desk.get(address)
    assert f'href="{PAGE}#{FALL.slug}"' in page.content.decode()
    viewer = person("viewer9", "Poole", "Ann", (Role.VIEWER, "9012"))
    desk.force_login(viewer)
    assert "Follow-up: Open" in text(desk.get(PAGE))


def test_the_command_has_the_reports_of_the_year_that_is_named(
    leavers_called: Class, capsys: Any
) -> None:
    call_command("validate", "--district", "9012", "--year", "2024", "--json")
    shape = json.loads(capsys.readouterr().out)
    assert [entry["slug"] for entry in shape["reports"]] == list(LEAVER_REPORTS)
    assert shape["reports"][0]["findings"][0]["last_name"] == "Evans"
    call_command(
        "validate", "--district", "9012", "--at-state", "--year", "2024", "--report",
        "open-follow-ups", "--json",
    )  # fmt: skip
    assert json.loads(capsys.readouterr().out)["reports"][0]["count"] == 2
    for wrong in (
        ["--report", "open-follow-ups"],
        ["--year", "2024", "--report", "certification"],
        ["--year", "1999"],
    ):
        with pytest.raises(CommandError):
            call_command("validate", "--district", "9012", *wrong)


def test_the_list_of_nobody_is_no_good_news(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    today = timezone.localdate()
    FollowUpYear.objects.filter(pk=LEFT_YEAR).update(
        opens=today, closes=today + datetime.timedelta(days=9), refreshed_until=today
    )
    GroupAssignment.objects.assign("9012", FALL.slug, {"data-clerk"})
    client.force_login(clerk)
    assert "No leavers to check" in text(client.get(PAGE))
