"""`manage.py followup` says what the page and the rates say."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from pathways.models import Attempt, FollowUpEntry, Outcome, Student
from tests.fixtures.records import District_
from tests.pathways.follow_up.leavers import DROPPED_OUT, Leavers


def as_json(capsys: Any, **values: Any) -> dict[str, Any]:
    call_command("followup", **{"district": "9012", "year": 2024, **values}, json=True)
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def make_attempt(student: Student, **values: Any) -> None:
    Attempt.objects.create(
        **{
            "entry": FollowUpEntry.objects.get(student=student),
            "date": "2024-11-05",
            "means": "phone",
            "by": "MARTIN, CHERYL",
            "by_id": 1,
            "at": timezone.now(),
            **values,
        }
    )


def answered(student: Student, status: str) -> None:
    Outcome.objects.create(
        student=student, end_year=2024, status=status, date_contacted="2024-11-06", origin="screen"
    )


def test_the_json_has_list_answers_and_rates(leavers: Leavers, capsys: Any) -> None:
    """R-FUP-09: the two rates count lines, and whoever was not reached is worked on, not answered."""
    students = [
        leavers.leaver("999000123", last="Anderson"),
        leavers.leaver("999000124", last="Baker", end_status=DROPPED_OUT),
        leavers.leaver("999000125", last="Clark"),
        leavers.leaver("999000126", last="Dean"),
    ]
    copy = leavers.seal()
    call_command("followup", district="9012", year=2024)
    assert "4 students: 0 worked on, 0 answered, 0 placed" in capsys.readouterr().out
    answered(students[0], "01")
    answered(students[1], "06")
    answered(students[2], "08")
    for student in students[2:]:
        make_attempt(student)
    mistake = {"taken_back_at": timezone.now() + datetime.timedelta(seconds=9)}
    make_attempt(students[3], **mistake, taken_back_by="MARTIN, CHERYL")
    shape = as_json(capsys)
    assert {name: shape[name] for name in ("district", "end_year", "drawn_from", "rates")} == {
        "district": "9012",
        "end_year": 2024,
        "drawn_from": copy.receipt,
        "rates": {"worked_on": 4, "answered": 2, "placed": 1, "of": 4},
    }
    assert shape["entries"][1:] == [
        {
            "state_id": "999000124",
            "exit": "dropout",
            "status": "06",
            "date_contacted": "2024-11-06",
            "attempts": 0,
        },
        {
            "state_id": "999000125",
            "exit": "graduate",
            "status": "08",
            "date_contacted": "2024-11-06",
            "attempts": 1,
        },
        {
            "state_id": "999000126",
            "exit": "graduate",
            "status": None,
            "date_contacted": None,
            "attempts": 1,
        },
    ]


def test_a_draft_was_drawn_from_no_receipt(leavers: Leavers, capsys: Any) -> None:
    leavers.leaver("999000123")
    assert as_json(capsys)["drawn_from"] is None


@pytest.mark.parametrize(
    ("district", "year", "sentence"),
    [
        ("9999", 2024, "There is no district 9999."),
        ("9012", 2031, "OPI has set no follow-up of 2030-31."),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(
    cottonwood: District_, district: str, year: int, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("followup", district=district, year=year)
