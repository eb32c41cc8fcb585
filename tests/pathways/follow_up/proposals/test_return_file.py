"""R-FUP-15: a return file of the National Student Clearinghouse becomes answers from elsewhere,
which a person accepts or declines.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cte_portal.accounts.models import KeptForm, User
from cte_portal.batches.models import Batch, BatchFile
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.return_file.rows import day_of
from pathways.models import (
    CollectionLock,
    FollowUpEntry,
    Outcome,
    OutcomeProposal,
    ReturnFileMapping,
)
from tests.fixtures.records import District_
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers, make_entry
from tests.pathways.uploads.fall.files import answer_of, days_ago

ELSEWHERE = "/districts/9012/2024/cte-follow-up/elsewhere/"
PAGE = f"{ELSEWHERE}file/"
BY: dict[str, Any] = {"by": "MARTIN, CHERYL", "by_id": 1}
HEAD = (
    "Your Unique Identifier,First Name,Last Name,Requester Return Field,Record Found Y/N,"
    "Search Date,College Name,Enrollment Begin,Enrollment End,Enrollment Status,Graduated?"
)
CHOSEN = {
    "source_name": "National Student Clearinghouse",
    "status": "01",
    "state_id_column": "Requester Return Field",
    "date_column": "Enrollment Begin",
    "found_column": "Record Found Y/N",
    "enrollment_column": "Enrollment Status",
    "detail_column": "College Name",
}
AUGUST = datetime.date(2024, 8, 26)


def row(
    state_id: str,
    begin: str = "20240826",
    *,
    record: str = "Y",
    enrolled: str = "F",
    college: str = "",
) -> str:
    college = college or "MONTANA STATE UNIVERSITY"
    return f"_,KAYLA,ANDERSON,{state_id}_,{record},20241101,{college},{begin},20241213,{enrolled},N"


@pytest.fixture
def entry(leavers: Leavers) -> FollowUpEntry:
    return make_entry(leavers, "999000123")


@pytest.fixture
def desk(client: Client, clerk: User, leavers: Leavers, entry: FollowUpEntry) -> Client:
    make_entry(leavers, "999000124", "Baker")
    client.force_login(clerk)
    return client


def choose(desk: Client, *rows: str, head: str = HEAD) -> Any:
    content = "\r\n".join([head, *rows]).encode()
    return desk.post(PAGE, {"file": SimpleUploadedFile("return.csv", content)})


def held(answer: Any) -> str:
    rows = re.search(r'name="rows" value="([^"]+)"', answer.content.decode())
    assert rows, text(answer)
    return rows[1]


def preview(desk: Client, answer: Any, **choices: str) -> Any:
    return desk.post(PAGE, {**CHOSEN, **choices, "rows": held(answer), "do": "preview"})


def keep(desk: Client, answer: Any) -> str:
    return text(desk.post(PAGE, {"rows": held(answer), "do": "keep"}, follow=True))


def proposals() -> list[tuple[str, str, datetime.date, str, str]]:
    return list(
        OutcomeProposal.objects.order_by("entry__student__state_id").values_list(
            "entry__student__state_id", "status", "as_of", "source_name", "detail"
        )
    )


def test_a_return_file_is_shown_and_kept_as_answers_to_decide(
    desk: Client, entry: FollowUpEntry
) -> None:
    first = choose(desk, row("999000123"), row("999000124", "08/28/2024", college="CARROLL"))
    chosen = {
        field: value
        for field, value in first.context["form"].initial.items()
        if value and field in CHOSEN
    }
    assert chosen == {key: value for key, value in CHOSEN.items() if key != "status"}
    assert "Says nothing" not in text(first) and not OutcomeProposal.objects.exists()
    preview_page = preview(desk, first)
    assert "To add 2 answers" in text(preview_page)
    assert "ANDERSON, KAYLA 999 000 123 08/26/2024 MONTANA STATE UNIVERSITY" in text(preview_page)
    assert not OutcomeProposal.objects.exists(), "nothing is kept before it was seen"
    assert "2 answers added. Each waits to be accepted or declined." in keep(desk, preview_page)
    clearinghouse = CHOSEN["source_name"]
    assert proposals() == [
        ("999000123", "01", AUGUST, clearinghouse, "MONTANA STATE UNIVERSITY"),
        ("999000124", "01", datetime.date(2024, 8, 28), clearinghouse, "CARROLL"),
    ]
    assert not Outcome.objects.exists(), "nothing counts until a person accepts it"
    waiting = text(desk.get(ELSEWHERE))
    assert "National Student Clearinghouse MONTANA STATE UNIVERSITY As of 08/26/2024" in waiting


def test_the_same_file_once_more_adds_nothing_and_its_columns_are_remembered(
    desk: Client, entry: FollowUpEntry
) -> None:
    keep(desk, preview(desk, choose(desk, row("999000123")), source_name="Clearing House"))
    again = choose(desk, row("999000123"))
    assert again.context["form"].initial == {**CHOSEN, "source_name": "Clearing House"}
    preview_page = preview(desk, again)
    assert "To add 0 answers Already there 1 row" in text(preview_page)
    assert "No changes to save." in keep(desk, preview_page)
    assert OutcomeProposal.objects.count() == 1
    desk.post(ELSEWHERE, {"do": "decline", "proposal": OutcomeProposal.objects.get().pk})
    assert "Already there 1 row" in text(preview(desk, choose(desk, row("999000123"))))
    assert ReturnFileMapping.objects.count() == 2, "one for each name of the source"


def test_another_district_does_not_see_what_was_confirmed(
    desk: Client, leavers: Leavers, elsewhere: District_, stranger: User
) -> None:
    keep(desk, preview(desk, choose(desk, row("999000123")), source_name="Our source"))
    desk.force_login(stranger)
    page = PAGE.replace("9012", "0965")
    content = f"{HEAD}\r\n{row('999000123')}".encode()
    answer = desk.post(page, {"file": SimpleUploadedFile("return.csv", content)})
    assert answer.context["form"].initial["source_name"] == "National Student Clearinghouse"
    taken = desk.post(page, {**CHOSEN, "rows": held(answer), "do": "preview"})
    assert "Nobody on this list has this State ID" in text(taken)
    assert "ANDERSON" not in text(taken)


def test_another_districts_student_and_an_unknown_one_read_alike(
    desk: Client, elsewhere: District_, leavers: Leavers
) -> None:
    make_entry(Leavers(elsewhere), "999000777", "Zimmer")
    leavers.student("999000555", "Notlisted")
    preview_page = preview(
        desk,
        choose(desk, row("999000777"), row("999000999"), row("999000555"), row("999000124")),
    )
    words = text(preview_page)
    assert "Refused 3 rows" in words
    assert words.count("Nobody on this list has this State ID") == 3
    assert "ZIMMER" not in words and "NOTLISTED" not in words
    keep(desk, preview_page)
    assert [proposal[0] for proposal in proposals()] == ["999000124"]


@pytest.mark.parametrize(
    ("line", "figure", "reason"),
    [
        (row("999000123", record="N"), "No answer 1 row", "The source has not found the student"),
        (row("999000123", ""), "No answer 1 row", "This row has no date"),
        (row("999000123", enrolled="W"), "No answer 1 row", "The student is withdrawn"),
        (row("999000123", enrolled="D"), "No answer 1 row", "The student is deceased"),
        (row("999000123", "20240122"), "No answer 1 row", "Before the student left, 05/25/2024"),
        (row("999000123", "20991231"), "Refused 1 row", "The date must not be in the future"),
        (row("999000123", "Fall 2024"), "Refused 1 row", "Enrollment Begin must be a date"),
        (row("999000123", "20241350"), "Refused 1 row", "Enrollment Begin must be a date"),
        (row("12"), "Refused 1 row", "000000012"),
        (row(""), "Refused 1 row", "This row has no State ID"),
        ('_,"KAYLA', "Refused 1 row", "This line cannot be read"),
    ],
)
def test_a_row_without_an_answer_says_why(
    line: str, figure: str, reason: str, desk: Client
) -> None:
    preview_page = preview(desk, choose(desk, line, row("999000124")))
    assert figure in text(preview_page) and reason in text(preview_page)
    assert "1 answer added." in keep(desk, preview_page)
    assert [proposal[0] for proposal in proposals()] == ["999000124"]


def test_of_several_terms_of_a_student_the_latest_counts(desk: Client) -> None:
    terms = [row("999000123", day) for day in ("20240826", "20241021", "20240701")]
    preview_page = preview(desk, choose(desk, *terms))
    assert "To add 1 answer " in text(preview_page) and "No answer 2 rows" in text(preview_page)
    assert text(preview_page).count("Line 3 of the same student counts") == 2
    keep(desk, preview_page)
    assert [proposal[2] for proposal in proposals()] == [datetime.date(2024, 10, 21)]


def test_nobody_who_is_not_in_the_file_is_touched(
    desk: Client, leavers: Leavers, entry: FollowUpEntry
) -> None:
    attempt = Try(date=days_ago(0), means="phone", status="04")
    attempts.record(leavers.scope, entry.pk, attempt, **BY)
    keep(desk, preview(desk, choose(desk, row("999000124"))))
    assert answer_of(entry) == ("04", days_ago(0), "attempt")
    assert FollowUpEntry.objects.on_list().count() == 2


def test_several_are_accepted_by_one_act_and_none_replaces_a_contact(
    desk: Client, leavers: Leavers, entry: FollowUpEntry
) -> None:
    keep(desk, preview(desk, choose(desk, row("999000123"), row("999000124"))))
    page = desk.get(ELSEWHERE).content.decode()
    boxes = re.findall(r'name="chosen"\s+value="([^"]+)"', page)
    assert len(boxes) == 2
    attempt = Try(date=days_ago(0), means="phone", status="04")
    attempts.record(leavers.scope, entry.pk, attempt, **BY)
    words = text(desk.post(ELSEWHERE, {"do": "accept-chosen", "chosen": boxes}, follow=True))
    assert "1 answer accepted. 1 answer could not be accepted: Someone else changed" in words
    assert answer_of(entry) == ("04", days_ago(0), "attempt")
    assert Outcome.objects.get(student__state_id="999000124").status == "01"
    assert desk.get(ELSEWHERE).content.decode().count('name="chosen"') == 0
    for wrong in (["x"], ["1:2"], ["²::"], [f"{number}::" for number in range(1, 102)]):
        answer = desk.post(ELSEWHERE, {"do": "accept-chosen", "chosen": wrong}, follow=True)
        assert "Press one of the buttons again." in text(answer)
    none = desk.post(ELSEWHERE, {"do": "accept-chosen"}, follow=True)
    assert "Choose at least one answer." in text(none)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"State ID,Date\r\n", "no rows"),
        (b"\x00\x01\x02\x03", ""),
        (b"State ID,Date,state id\r\n1,2,3\r\n", "twice"),
        (b"State ID,Date\r\n" + b"1,2\r\n" * 10_001, "more than 10,000 rows"),
        (b"State ID,Date\r\n" + b"x" * 2_000_001, "larger than 2 MB"),
        ((",".join(f"c{n}" for n in range(81)) + "\r\n1\r\n").encode(), "must name the columns"),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, problem: str, desk: Client) -> None:
    answer = desk.post(PAGE, {"file": SimpleUploadedFile("return.csv", content)})
    assert answer.status_code == 200
    assert "There is a problem" in text(answer) and problem in text(answer)


def test_columns_that_are_not_confirmed_are_asked_again(desk: Client) -> None:
    first = choose(desk, "1,2", head="Nr,Day")
    assert first.context["form"].initial["state_id_column"] == ""
    wrong = desk.post(PAGE, {"rows": held(first), "do": "preview", "status": "08"})
    words = text(wrong)
    for problem in (
        "Enter who sent the file",
        "Select a status from the list",
        "Select the column of State ID",
        "Select the column of As of",
    ):
        assert problem in words
    preview_page = preview(
        desk,
        wrong,
        state_id_column="Nr",
        date_column="Day",
        found_column="",
        enrollment_column="",
        detail_column="",
    )
    assert "Refused 1 row" in text(preview_page)
    back = desk.post(PAGE, {"rows": held(preview_page), "do": "columns"})
    assert back.context["form"].initial["state_id_column"] == "Nr"


def test_rows_of_another_person_are_not_kept(desk: Client, second_clerk: User) -> None:
    preview_page = preview(desk, choose(desk, row("999000123")))
    first = choose(desk, row("999000123"))
    assert "This preview is no longer valid" in keep(desk, first), "its columns are not confirmed"
    desk.force_login(second_clerk)
    assert "This preview is no longer valid" in keep(desk, preview_page)
    for do in ("preview", "keep", "columns"):
        answer = desk.post(PAGE, {"rows": "forged", "do": do})
        assert "This preview is no longer valid" in text(answer)
    assert not OutcomeProposal.objects.exists()


def test_no_job_no_form_and_no_session_holds_the_file(desk: Client) -> None:
    keep(desk, preview(desk, choose(desk, row("999000123"))))
    assert not Batch.objects.exists() and not BatchFile.objects.exists()
    assert not KeptForm.objects.exists() and "MONTANA" not in str(dict(desk.session))


def test_a_certified_follow_up_takes_no_file(desk: Client) -> None:
    preview_page = preview(desk, choose(desk, row("999000123")))
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    assert "No answers can be added now" in keep(desk, preview_page)
    assert not OutcomeProposal.objects.exists()


def test_a_file_of_many_rows_costs_as_many_statements_as_one(
    desk: Client, leavers: Leavers, django_assert_max_num_queries: Any
) -> None:
    rows = []
    for number in range(40):
        make_entry(leavers, f"9990003{number:02d}", "Many")
        rows.append(row(f"9990003{number:02d}"))
    preview_page = preview(desk, choose(desk, *rows))
    with django_assert_max_num_queries(45):
        desk.post(PAGE, {"rows": held(preview_page), "do": "keep"})
    assert OutcomeProposal.objects.count() == 40


@given(day=st.dates(min_value=datetime.date(1900, 1, 1)))
@settings(max_examples=50)
def test_a_day_is_read_in_each_of_its_forms(day: datetime.date) -> None:
    for form in ("{:%m/%d/%Y}", "{:%Y%m%d}", "{:%Y-%m-%d}", "{:%Y%m%d}.0"):
        assert day_of(form.format(day)) == day
    assert day_of(f"{day:%Y-%m%d}") is None
