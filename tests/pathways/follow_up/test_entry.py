"""Follow-up Entry: the results of many calls on one page, each a student's attempt (R-FUP-11)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.refusals import Refusal
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.models import Attempt, CollectionLock, FollowUpEntry, Outcome
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers, make_entry
from tests.pathways.test_query_counts import at_most

ENTRY = "/districts/9012/2024/cte-follow-up/entry/"
COLLEGE, WORK = "Further education", "Employed, related to the pathway"


pytestmark = pytest.mark.usefixtures("drawn_list")  # the lines of these tests are made


@pytest.fixture
def desk(client: Client, clerk: User, leavers: Leavers) -> Client:
    client.force_login(clerk)
    return client


@pytest.fixture
def lines(leavers: Leavers) -> list[FollowUpEntry]:
    names = ("Anderson", "Baker", "Clark")
    return [make_entry(leavers, f"99900090{at}", name) for at, name in enumerate(names)]


def today(days_ago: int = 0) -> str:
    return f"{timezone.localdate() - datetime.timedelta(days=days_ago):%m/%d/%Y}"


def row(line: FollowUpEntry, seen: int = 0, **cells: str) -> dict[str, Any]:
    """The fields of a row as the page sends them without script."""
    proposed = {"result": "", "means": "Phone call", "date": today(), "note": ""}
    return {f"{line.pk}-{name}": value for name, value in {**proposed, **cells}.items()} | {
        f"{line.pk}-seen": seen
    }


def packed(line: FollowUpEntry, seen: int = 0, **cells: str) -> str:
    """The same as the script sends it."""
    proposed = {"result": "", "means": "Phone call", "date": today(), "note": ""}
    parts = (f"{name}={value}" for name, value in {**proposed, **cells}.items())
    return "\t".join([str(line.pk), str(seen), *parts])


def test_each_row_with_a_result_becomes_an_attempt_as_on_the_students_page(
    desk: Client, lines: list[FollowUpEntry], clerk: User, leavers: Leavers
) -> None:
    first, second, third = lines
    form = {
        **row(first, result=WORK, note="Works at a  clinic"),
        **row(second, result="No answer", means="Text message", date=today(1)),
        **row(third),
    }
    answer = desk.post(ENTRY, form)
    assert answer["Location"] == ENTRY
    words = text(desk.get(ENTRY))
    assert "Saved. 2 attempts saved." in words
    assert f"1 attempt, last {today(1)}" in words
    of_grid = Attempt.objects.get(entry=first)
    assert (of_grid.means, of_grid.status, of_grid.note, of_grid.by, of_grid.by_id) == (
        "phone",
        "04",
        "Works at a clinic",
        "MARTIN, CHERYL",
        clerk.pk,
    )
    assert (Attempt.objects.get(entry=second).means, Outcome.objects.count()) == ("text", 1)
    attempt = Try(timezone.localdate(), "phone", "04")
    attempts.record(leavers.scope, third.pk, attempt, by="MARTIN, CHERYL", by_id=clerk.pk)
    by_grid, by_page = Outcome.objects.order_by("student__state_id").values(
        "status", "date_contacted", "origin", "end_year"
    )
    assert by_grid == by_page


def test_rows_of_the_script_are_read_alike(desk: Client, lines: list[FollowUpEntry]) -> None:
    first, second, _ = lines
    sent = [packed(first, result=WORK, note="1 = yes"), packed(second, date=today(1)), "x\ty", ""]
    desk.post(ENTRY, {"row": sent})
    assert list(Attempt.objects.values_list("entry", "note")) == [(first.pk, "1 = yes")]


def test_good_rows_are_saved_and_others_stay_as_typed_with_the_reason(
    desk: Client, lines: list[FollowUpEntry]
) -> None:
    first, second, third = lines
    form = {
        **row(first, result=WORK),
        **row(second, result=WORK, date="11/31/2024"),
        **row(third, result="Unable to contact", note="Moved away"),
    }
    answer = desk.post(ENTRY, form)
    words = text(answer)
    assert "2 rows not saved" in words and "Saved. 1 attempt saved." in words
    assert "11/31/2024 is not a valid date" in words
    assert "needs 3 attempts by 2 different means on 2 different days" in words
    assert "Nothing was saved" not in words
    page = answer.content.decode()
    assert 'value="11/31/2024"' in page and 'value="Moved away"' in page
    assert page.count("autofocus") == 1 and f'id="{second.pk}-date"' in page
    assert Attempt.objects.get().entry == first


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"note": "Try after 5 PM"}, "Select the result."),
        ({"result": "Astronaut"}, "Select a result from the list."),
        ({"result": WORK, "means": "Pigeon"}, "Select how the student was tried."),
        ({"result": WORK, "date": ""}, "Enter the date."),
        ({"result": WORK, "date": today(-2)}, "The date must not be in the future."),
        ({"result": WORK, "note": "x" * 301}, "Note can have up to 300 characters."),
        ({"result": WORK, "note": "a\u0007b"}, "The value contains a hidden character."),
    ],
)
def test_why_a_row_is_not_saved(
    cells: dict[str, str], reason: str, desk: Client, lines: list[FollowUpEntry]
) -> None:
    assert reason in text(desk.post(ENTRY, row(lines[0], **cells)))
    assert not Attempt.objects.exists() and not Outcome.objects.exists()


def test_an_attempt_of_somebody_else_meanwhile_is_said_once_and_then_added_to(
    desk: Client, lines: list[FollowUpEntry], leavers: Leavers, second_clerk: User
) -> None:
    line = lines[0]
    theirs = {"by": second_clerk.record_name, "by_id": second_clerk.pk}
    attempt = attempts.record(leavers.scope, line.pk, Try(timezone.localdate(), "text"), **theirs)
    answer = desk.post(ENTRY, row(line, result=WORK))
    words = text(answer)
    assert f"KELLER, DANIEL entered an attempt on {today()} (Text message)" in words
    assert "What you typed is kept." in words
    assert f'name="{line.pk}-seen" value="{attempt.attempt.pk}"' in answer.content.decode()
    assert Attempt.objects.count() == 1
    desk.post(ENTRY, row(line, seen=attempt.attempt.pk, result=WORK))
    assert list(Attempt.objects.values_list("by", flat=True)) == [
        "KELLER, DANIEL",
        "MARTIN, CHERYL",
    ]


def test_a_double_click_is_one_attempt(desk: Client, lines: list[FollowUpEntry]) -> None:
    for _ in range(2):
        assert desk.post(ENTRY, row(lines[0], result=WORK)).status_code == 302
    assert Attempt.objects.count() == 1


def test_a_line_that_left_the_list_is_counted(desk: Client, lines: list[FollowUpEntry]) -> None:
    FollowUpEntry.objects.filter(pk=lines[0].pk).update(
        left_at=timezone.now(), left_reason="Returned"
    )
    words = text(desk.post(ENTRY, {**row(lines[0], result=WORK), **row(lines[1], result=WORK)}))
    assert "1 row not saved" in words
    assert "1 of them: the student is no longer on the list." in words
    assert Attempt.objects.get().entry == lines[1]


def test_another_districts_line_is_not_written(
    desk: Client, lines: list[FollowUpEntry], elsewhere: Any
) -> None:
    theirs = make_entry(Leavers(elsewhere), "999000999", "Stone")
    words = text(desk.post(ENTRY, row(theirs, result=WORK)))
    assert "STONE" not in words and not Attempt.objects.exists()


def test_a_save_is_taken_back_but_for_what_an_outcome_stands_on(
    desk: Client, lines: list[FollowUpEntry], leavers: Leavers, second_clerk: User
) -> None:
    first, second, _ = lines
    desk.post(ENTRY, {**row(first, result=WORK), **row(second, result="No answer")})
    page = desk.get(ENTRY).content.decode()
    keys = " ".join(str(key) for key in Attempt.objects.values_list("pk", flat=True))
    assert f'name="undo" value="{keys}"' in page
    other = Try(timezone.localdate(), "mail")
    theirs = attempts.record(
        leavers.scope, first.pk, other, by="KELLER, DANIEL", by_id=second_clerk.pk
    )
    desk.post(ENTRY, {"undo": f"{keys} {theirs.attempt.pk} 999 x"})
    assert "Undone. 2 attempts taken back." in text(desk.get(ENTRY))
    assert Attempt.objects.standing().get() == theirs.attempt
    assert not Outcome.objects.exists()


def test_of_a_save_whose_middle_line_has_left_the_list_the_others_are_taken_back(
    desk: Client, lines: list[FollowUpEntry]
) -> None:
    desk.post(
        ENTRY, {name: value for line in lines for name, value in row(line, result=WORK).items()}
    )
    keys = " ".join(str(key) for key in Attempt.objects.values_list("pk", flat=True))
    FollowUpEntry.objects.filter(pk=lines[1].pk).update(
        left_at=timezone.now(), left_reason="Returned"
    )
    desk.post(ENTRY, {"undo": keys})
    words = text(desk.get(ENTRY))
    assert "2 attempts taken back. 1 attempt left: the student is no longer on the list." in words
    assert Attempt.objects.standing().get().entry == lines[1]


def test_of_a_save_that_is_taken_back_while_the_follow_up_closes_the_page_says_how_many_stay(
    desk: Client, lines: list[FollowUpEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.post(
        ENTRY, {name: value for line in lines for name, value in row(line, result=WORK).items()}
    )
    keys = " ".join(str(key) for key in Attempt.objects.values_list("pk", flat=True))
    real, calls = attempts.take_back, []

    def closing(*arguments: Any, **options: Any) -> Attempt:
        calls.append(arguments)
        if len(calls) > 1:
            raise Refusal("The follow-up is certified. Nothing was saved.")
        return real(*arguments, **options)

    monkeypatch.setattr(attempts, "take_back", closing)
    desk.post(ENTRY, {"undo": keys})
    words = text(desk.get(ENTRY))
    assert "Undone. 1 attempt taken back. 2 attempts left: take back what stays" in words
    assert Attempt.objects.standing().count() == 2


def test_the_list_is_narrowed_as_the_calls_are(
    desk: Client, lines: list[FollowUpEntry], clerk: User
) -> None:
    FollowUpEntry.objects.filter(pk=lines[0].pk).update(exit="dropout")
    words = text(desk.get(f"{ENTRY}?exit=dropout"))
    assert "ANDERSON" in words and "BAKER" not in words
    assert "Dropout No diploma" in words
    desk.post(ENTRY, row(lines[1], result=WORK))
    words = text(desk.get(ENTRY))
    assert "BAKER" not in words, "answered lines are not open"
    assert "BAKER" in text(desk.get(f"{ENTRY}?show=all"))


def test_what_is_certified_takes_no_result(desk: Client, lines: list[FollowUpEntry]) -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    words = text(desk.post(ENTRY, row(lines[0], result=WORK)))
    assert "has been locked since" in words and "A late answer needs a recertification." in words
    assert not Attempt.objects.exists()


def test_pages_of_fifty_and_statements_that_do_not_grow(
    desk: Client, leavers: Leavers, clerk: User
) -> None:
    lines = [make_entry(leavers, f"9990010{at:02}", f"Nr{at:02}") for at in range(60)]
    desk.get(ENTRY)
    with at_most(26):
        page = desk.get(ENTRY).content.decode()
    assert page.count("data-row=") == 50 and "1 to 50 of 60" in page
    assert desk.get(f"{ENTRY}?rows=200").content.decode().count("data-row=") == 60
    form = {name: value for line in lines for name, value in row(line, result=WORK).items()}
    with at_most(34):
        desk.post(ENTRY, form)
    assert Attempt.objects.count() == Outcome.objects.count() == 60
