"""The workbench: whom to call next, one student's page, and how far the follow-up is."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.workbench.call_list import CallLines, CallState, Narrowing
from pathways.follow_up.workbench.calling import HELD_FOR, hold, hold_next
from pathways.models import (
    Attempt,
    CollectionLock,
    FollowUpEntry,
    FollowUpPathway,
    Outcome,
    School,
)
from tests.fixtures.records import District_
from tests.fixtures.together import Together
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers, make_entry
from tests.pathways.test_query_counts import at_most

CALLS = "/districts/9012/2024/cte-follow-up/"
COLLEGE, WORK, LOOKING, NOT_REACHED = "01", "04", "06", "08"


pytestmark = pytest.mark.usefixtures("drawn_list")  # the lines of these tests are made


@pytest.fixture
def desk(client: Client, clerk: User, leavers: Leavers) -> Client:
    client.force_login(clerk)
    return client


def answered(leavers: Leavers, entry: FollowUpEntry, by: User, status: str = "") -> Attempt:
    attempt = Try(date=timezone.localdate(), means="phone", status=status)
    who = {"by": by.record_name, "by_id": by.pk}
    return attempts.record(leavers.scope, entry.pk, attempt, **who).attempt


def of_page(entry: FollowUpEntry) -> str:
    return f"{CALLS}{entry.pk}/"


def attempt_form(**values: Any) -> dict[str, Any]:
    return {
        "status": "none",
        "means": "phone",
        "date": f"{timezone.localdate():%m/%d/%Y}",
        "time": "",
        "note": "",
        "seen": "0",
        "then": "stay",
        **values,
    }


def test_who_was_tried_least_stands_first(desk: Client, leavers: Leavers, clerk: User) -> None:
    often, never = make_entry(leavers, "999000123"), make_entry(leavers, "999000124", "Baker")
    answered(leavers, often, clerk)
    words = text(desk.get(CALLS))
    assert words.index("BAKER") < words.index("ANDERSON")
    answer = desk.post(CALLS, {"call": "next"})
    assert answer["Location"] == of_page(never)


def test_an_attempt_is_saved_with_one_key_and_the_next_student_opens(
    desk: Client, leavers: Leavers, clerk: User
) -> None:
    first, second = make_entry(leavers, "999000123"), make_entry(leavers, "999000124", "Baker")
    page = desk.get(of_page(first)).content.decode()
    assert 'data-key="Control+Enter">Save and next' in page
    answer = desk.post(
        of_page(first),
        attempt_form(status=WORK, note="Works at a  clinic", time="2:30 PM", then="next"),
    )
    assert answer["Location"] == of_page(second)
    attempt = Attempt.objects.get()
    assert (attempt.by, attempt.by_id, attempt.note) == (
        "MARTIN, CHERYL",
        clerk.pk,
        "Works at a clinic",
    )
    assert attempt.time == datetime.time(14, 30)
    assert Outcome.objects.get().status == WORK
    second.refresh_from_db()
    assert (second.caller, second.caller_id) == ("MARTIN, CHERYL", clerk.pk)
    words = text(desk.get(of_page(second)))
    assert "The attempt was saved. Back to that student" in words
    answer = desk.post(of_page(second), attempt_form(then="next"))
    assert answer["Location"] == CALLS
    assert "Nobody else on this list is left to call" in text(desk.get(CALLS))


def test_a_double_click_is_one_attempt_and_leads_to_one_student(
    desk: Client, leavers: Leavers
) -> None:
    first = make_entry(leavers, "999000123")
    make_entry(leavers, "999000124", "Baker")
    make_entry(leavers, "999000125", "Clark")
    sent = attempt_form(then="next")
    places = {desk.post(of_page(first), sent)["Location"] for _ in range(2)}
    assert (Attempt.objects.count(), len(places)) == (1, 1)


def test_several_callers_see_the_attempts_of_all(
    desk: Client, leavers: Leavers, second_clerk: User
) -> None:
    entry = make_entry(leavers, "999000123")
    attempt = answered(leavers, entry, second_clerk)
    words = text(desk.get(of_page(entry)))
    assert "Phone call No answer – KELLER, DANIEL" in words
    desk.post(f"{of_page(entry)}attempts/{attempt.pk}/take-back/")
    words = text(desk.get(of_page(entry)))
    assert "Taken back by MARTIN, CHERYL" in words and "0 attempts" in words
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": ""}, "Select the result"),
        ({"status": "99"}, "Select a result from the list"),
        ({"means": "pigeon"}, "Select how the student was tried"),
        ({"date": "13/45/2024"}, "Date must be a real date"),
        ({"date": "01/01/2099"}, "The date must not be in the future"),
        ({"time": "noon"}, "Time must be like 2:30 PM"),
        ({"note": "x" * 301}, "at most 300 characters"),
        ({"note": "a\u202eb"}, "hidden character"),
        ({"status": NOT_REACHED}, "needs 3 attempts by 2 different means on 2 different days"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: Client, leavers: Leavers, values: dict[str, str], words: str
) -> None:
    entry = make_entry(leavers, "999000123")
    page = desk.post(of_page(entry), attempt_form(**{"note": "Call her aunt", **values}))
    assert page.status_code == 200
    assert words in text(page)
    assert "note" in values or "Call her aunt" in page.content.decode()
    assert not Attempt.objects.exists()


def test_whom_somebody_is_calling_others_see_and_skip(
    desk: Client, leavers: Leavers, second_clerk: User
) -> None:
    first, second = make_entry(leavers, "999000123"), make_entry(leavers, "999000124", "Baker")
    assert hold(leavers.scope, first.pk, by="KELLER, DANIEL", by_id=second_clerk.pk)
    assert "Being called by KELLER, DANIEL" in text(desk.get(CALLS))
    assert "Being called by KELLER, DANIEL since" in text(desk.get(of_page(first)))
    assert desk.post(CALLS, {"call": "next"})["Location"] == of_page(second)
    desk.post(f"{of_page(first)}hold/", {"do": "hold"})
    first.refresh_from_db()
    assert first.caller == "KELLER, DANIEL"


def test_a_line_is_held_for_a_quarter_of_an_hour(
    desk: Client, leavers: Leavers, second_clerk: User, clerk: User
) -> None:
    entry = make_entry(leavers, "999000123")
    hold(leavers.scope, entry.pk, by="KELLER, DANIEL", by_id=second_clerk.pk)
    FollowUpEntry.objects.update(caller_since=timezone.now() - HELD_FOR)
    assert "Being called by" not in text(desk.get(CALLS))
    assert desk.post(CALLS, {"call": str(entry.pk)})["Location"] == of_page(entry)
    entry.refresh_from_db()
    assert entry.caller_id == clerk.pk
    assert "You are calling this student" in text(desk.get(of_page(entry)))
    desk.post(f"{of_page(entry)}hold/", {"do": "let-go"})
    entry.refresh_from_db()
    assert entry.caller == ""


def test_a_caller_holds_one_line_at_a_time(desk: Client, leavers: Leavers, clerk: User) -> None:
    entries = [make_entry(leavers, f"99900012{number}") for number in range(3)]
    for entry in entries:
        desk.post(CALLS, {"call": str(entry.pk)})
    assert FollowUpEntry.objects.get(caller_id=clerk.pk) == entries[-1]


def test_looking_at_a_student_holds_nothing(desk: Client, leavers: Leavers) -> None:
    entry = make_entry(leavers, "999000123")
    desk.get(of_page(entry))
    entry.refresh_from_db()
    assert entry.caller == ""


def test_two_callers_at_once_get_different_students(
    transactional_db: None, leavers: Leavers
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write after the other")
    lines = CallLines(leavers.scope, Narrowing())
    entries = [make_entry(leavers, f"9990001{number:02}") for number in range(12)]
    with Together() as together:
        for _ in range(len(entries) // 2):
            first, second = together.run(
                lambda: hold_next(lines, by="A", by_id=1), lambda: hold_next(lines, by="B", by_id=2)
            )
            assert first and second and first != second
            Attempt.objects.bulk_create(
                Attempt(
                    entry_id=entry,
                    date="2024-11-05",
                    means="phone",
                    by="A",
                    by_id=1,
                    at=timezone.now(),
                )
                for entry in (first, second)
            )


def test_a_dropout_is_marked_and_never_congratulated(desk: Client, leavers: Leavers) -> None:
    """R-FUP-21."""
    graduate = make_entry(leavers, "999000123")
    dropout = make_entry(
        leavers, "999000124", exit="dropout", end_status="300", reason="Dropped out on 05/25/2024"
    )
    page = text(desk.get(of_page(dropout)))
    assert "Dropout. This student left without a diploma" in page
    assert "ongratulat" not in page and "graduate" not in page
    assert "Congratulations on your diploma" in text(desk.get(of_page(graduate)))
    assert text(desk.get(CALLS)).count("Dropout No diploma") == 1


@pytest.fixture
def fifty(leavers: Leavers, clerk: User, second_clerk: User) -> list[FollowUpEntry]:
    """Two schools, two pathways, and answers of every kind: 4 of 5 are worked on."""
    other = School.objects.create(district=leavers.district.district, number="0002", name="Sun")
    entries = [
        make_entry(leavers, f"9990001{number:02}", f"Nr{number:02}", **values)
        for number, values in enumerate([{}, {}, {}, {"school": other}, {"exit": "dropout"}])
    ]
    FollowUpPathway.objects.bulk_create(
        FollowUpPathway(entry=entry, code=code, name=name)
        for entry, code, name in (
            (entries[0], "08", "Health"),
            (entries[0], "04", "Business"),
            (entries[1], "08", "Health"),
        )
    )
    answered(leavers, entries[0], clerk, WORK)
    answered(leavers, entries[0], second_clerk)
    answered(leavers, entries[1], clerk, LOOKING)
    answered(leavers, entries[2], second_clerk)
    Outcome.objects.create(
        student=entries[3].student, end_year=2024, status=NOT_REACHED, origin="file"
    )
    return entries


def test_rates_count_each_student_once_and_lead_to_their_lines(
    desk: Client, leavers: Leavers, fifty: list[FollowUpEntry], clerk: User, second_clerk: User
) -> None:
    """R-FUP-09."""
    lines = CallLines(leavers.scope, Narrowing())
    assert lines.rates.as_dict() == {"worked_on": 4, "answered": 2, "placed": 1, "of": 5}
    groups = {
        name: {(group.key, group.name): tuple(group.rates.as_dict().values()) for group in rows}
        for name, rows in lines.groups().items()
    }
    assert groups == {
        "school": {
            (leavers.district.school.pk, "Cottonwood Bend High School"): (3, 2, 1, 4),
            (fifty[3].school_id, "Sun"): (1, 0, 0, 1),
        },
        "pathway": {("04", "Business"): (1, 1, 1, 1), ("08", "Health"): (2, 2, 1, 2)},
        "caller": {
            (clerk.pk, "MARTIN, CHERYL"): (2, 2, 1, 2),
            (second_clerk.pk, "KELLER, DANIEL"): (2, 1, 1, 2),
        },
    }
    page = desk.get(CALLS).content.decode()
    for name, rows in groups.items():
        for (key, _), counts in rows.items():
            for show, count in zip(("worked-on", "answered", "placed", "all"), counts, strict=True):
                query = f"?show={show}&amp;{name}={key}"
                assert query in page
                words = text(desk.get(f"{CALLS}?show={show}&{name}={key}"))
                assert sum(f"NR{number:02}" in words for number in range(5)) == count, query


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [2, 4]),
        ("?show=answered", [0, 1]),
        ("?show=not-reached", [3]),
        ("?show=all&exit=dropout", [4]),
        ("?show=all&pathway=04", [0]),
        ("?show=all", [0, 1, 2, 3, 4]),
        ("?show=nonsense&exit=x&school=x&pathway=%27--&caller=-1", [2, 4]),
        ("?show=all&school=999999999999999999", []),
        ("?show=all&school=9999999999999999999999", [0, 1, 2, 3, 4]),
    ],
)
def test_the_list_is_narrowed_by_the_address(
    desk: Client, fifty: list[FollowUpEntry], query: str, numbers: list[int]
) -> None:
    words = text(desk.get(f"{CALLS}{query}"))
    assert [number for number in range(5) if f"NR{number:02}" in words] == numbers


def test_the_next_student_is_of_the_narrowed_list(desk: Client, fifty: list[FollowUpEntry]) -> None:
    answer = desk.post(f"{CALLS}?exit=dropout", {"call": "next"})
    assert answer["Location"] == f"{of_page(fifty[4])}?exit=dropout"
    answer = desk.post(answer["Location"], attempt_form(then="next"))
    assert answer["Location"] == f"{CALLS}?exit=dropout"


def test_the_calls_of_another_year_lead_to_those_that_are_open(desk: Client) -> None:
    other = text(desk.get(CALLS.replace("2024", "2025")))
    assert "Leavers of 2023-24 are being followed up." in other
    assert "are being followed up." not in text(desk.get(CALLS))


def test_an_address_says_no_name(desk: Client, leavers: Leavers) -> None:
    narrowing = Narrowing(CallState.ALL, 3, "08", 7, "dropout")
    assert narrowing.query == "show=all&school=3&pathway=08&caller=7&exit=dropout"
    assert Narrowing().query == ""


def test_an_outcome_is_set_and_left_to_the_attempts_again(
    desk: Client, leavers: Leavers, clerk: User
) -> None:
    entry = make_entry(leavers, "999000123")
    answered(leavers, entry, clerk, WORK)
    form = desk.get(f"{of_page(entry)}outcome/").context["form"]
    sent = {
        "status": COLLEGE,
        "date": f"{timezone.localdate():%m/%d/%Y}",
        "seen_status": form["seen_status"].value(),
        "seen_origin": form["seen_origin"].value(),
    }
    assert desk.post(f"{of_page(entry)}outcome/", sent)["Location"] == of_page(entry)
    assert "Set by a person; attempts do not change it" in text(desk.get(of_page(entry)))
    assert Outcome.objects.get().status == COLLEGE
    stale = {"seen_status": WORK, "seen_origin": "attempt"}
    desk.post(f"{of_page(entry)}outcome/by-attempts/", stale)
    assert "Someone else changed the outcome" in text(desk.get(of_page(entry)))
    right = {"seen_status": COLLEGE, "seen_origin": "screen"}
    desk.post(f"{of_page(entry)}outcome/by-attempts/", right)
    assert Outcome.objects.get().status == WORK


def close() -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since="2024-12-20T18:00Z",
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )


def test_a_certified_follow_up_is_read_only(desk: Client, leavers: Leavers) -> None:
    entry = make_entry(leavers, "999000123")
    close()
    for address in (CALLS, of_page(entry), f"{of_page(entry)}outcome/"):
        page = desk.get(address)
        assert "The follow-up has been locked since 12/20/2024" in text(page)
        assert "Save and next" not in text(page) and "Call the next student" not in text(page)
    page = desk.post(of_page(entry), attempt_form())
    assert "The follow-up of 2023-24 has been locked since 12/20/2024" in text(page)
    desk.post(CALLS, {"call": "next"})
    desk.post(f"{of_page(entry)}hold/", {"do": "hold"})
    entry.refresh_from_db()
    assert (entry.caller, Attempt.objects.count()) == ("", 0)


def test_a_viewer_reads_only(client: Client, viewer: User, leavers: Leavers) -> None:
    entry = make_entry(leavers, "999000123")
    client.force_login(viewer)
    for address in (CALLS, of_page(entry)):
        page = client.get(address)
        assert "ANDERSON" in text(page)
        assert "Save and next" not in text(page) and 'name="call"' not in page.content.decode()
    assert client.post(of_page(entry), attempt_form()).status_code == 403


def test_opi_sees_no_call(client: Client, opi: User, keeper: User, leavers: Leavers) -> None:
    entry = make_entry(leavers, "999000123")
    for user, code in ((opi, 403), (keeper, 404)):
        client.force_login(user)
        for address in (CALLS, of_page(entry)):
            assert client.get(address).status_code == code


def test_another_districts_line_and_year_are_not_found(
    desk: Client, leavers: Leavers, elsewhere: District_
) -> None:
    entry = make_entry(leavers, "999000123")
    theirs = make_entry(Leavers(elsewhere), "999000777")
    other_year = of_page(entry).replace("/2024/", "/2025/")
    for address in (of_page(theirs), other_year):
        assert desk.get(address).status_code == 404
        assert desk.post(address, attempt_form()).status_code == 404
    desk.post(CALLS, {"call": str(theirs.pk)})
    attempt = Attempt.objects.create(
        entry=theirs, date="2024-11-05", means="phone", by="X", by_id=1, at=timezone.now()
    )
    desk.post(f"{of_page(entry)}attempts/{attempt.pk}/take-back/")
    theirs.refresh_from_db()
    assert (theirs.caller, Attempt.objects.standing().count()) == ("", 1)


def test_pages_ask_the_same_for_one_line_as_for_many(
    desk: Client, leavers: Leavers, clerk: User
) -> None:
    entries = [make_entry(leavers, f"9990001{number:02}") for number in range(30)]
    for entry in entries:
        answered(leavers, entry, clerk)
    for _ in range(3):
        answered(leavers, entries[0], clerk)
    desk.get(CALLS)
    with at_most(33):
        desk.get(CALLS)
    with at_most(23):
        desk.get(of_page(entries[0]))
