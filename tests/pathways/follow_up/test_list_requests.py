"""R-FUP-04: a district asks OPI to add a student to its list or to remove one; OPI decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import AuditEvent, Role, User
from cte_portal.batches.models import Notice
from cte_portal.refusals import Refusal
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.list_requests import deciding
from pathways.models import CollectionLock, FollowUpEntry, ListRequest, Outcome, Student
from tests.fixtures.people import person
from tests.fixtures.records import BUSINESS, District_
from tests.fixtures.together import Together
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers, open_list

HERE = "/districts/9012/2024/cte-follow-up/"
ADD = f"{HERE}requests/add/"
INBOX = "/opi/follow-up-requests/"
MISTAKE = "Was entered under the wrong pathway"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(clerk: User) -> Client:
    return signed_in(clerk)


@pytest.fixture
def office(opi: User) -> Client:
    return signed_in(opi)


@pytest.fixture
def kayla(leavers: Leavers) -> Student:
    """On the list."""
    student = leavers.leaver("999000123")
    leavers.seal()
    follow_up_list(leavers.scope)
    return student


@pytest.fixture
def participant(leavers: Leavers) -> Student:
    """Who graduated and was no concentrator in the sealed copy."""
    student = leavers.student("999000124", "Baker")
    leavers.leave(student)
    leavers.concentrate(student, BUSINESS, concentrator=False)
    leavers.leaver("999000125", last="Clark")
    leavers.seal()
    follow_up_list(leavers.scope)
    return student


def line(student: Student) -> FollowUpEntry:
    return FollowUpEntry.objects.get(student=student)


def on_list() -> set[str]:
    return set(FollowUpEntry.objects.on_list().values_list("student__state_id", flat=True))


def ask_to_remove(desk: Client, student: Student, reason: str = MISTAKE) -> ListRequest:
    answer = desk.post(f"{HERE}{line(student).pk}/ask-to-remove/", {"reason": reason})
    assert answer.status_code == 302, text(answer)
    return ListRequest.objects.latest("pk")


def ask_to_add(desk: Client, state_id: str = "999 000 124", reason: str = MISTAKE) -> Any:
    return desk.post(ADD, {"state_id": state_id, "reason": reason})


def of_request(request: ListRequest) -> str:
    return f"{HERE}requests/{request.pk}/"


def send(client: Client, request: ListRequest, do: str, answer: str = "") -> Any:
    return client.post(of_request(request), {"do": do, "answer": answer})


def test_what_opi_approves_is_done_and_the_list_keeps_both(
    desk: Client, office: Client, leavers: Leavers, kayla: Student
) -> None:
    Outcome.objects.create(student=kayla, end_year=2024, status="01", origin="screen")
    request = ask_to_remove(desk, kayla)
    assert on_list() == {"999000123"}, "asking changes nothing"
    words = text(office.get(INBOX))
    assert "Remove from the list" in words and MISTAKE in words
    assert "Approved. The list has been changed." in text(
        office.post(of_request(request), {"do": "approve", "answer": "Agreed"}, follow=True)
    )
    assert on_list() == set()
    reason = (
        f"Removed at the district’s request, which OPI approved on {timezone.localdate():%m/%d/%Y}"
    )
    assert line(kayla).left_reason == reason
    assert Outcome.objects.get().status == "01"
    follow_up_list(leavers.scope)
    assert line(kayla).left_reason == reason, "drawing again keeps to it"
    words = text(desk.get(f"{HERE}list/?show=went"))
    assert reason in words
    assert "Remove from the list ANDERSON, KAYLA 999 000 123" in words and "Approved" in words
    assert "Agreed" in text(desk.get(of_request(request)))


def test_who_was_added_is_called_with_the_pathways_of_the_records(
    desk: Client, office: Client, leavers: Leavers, participant: Student
) -> None:
    ask_to_add(desk)
    send(office, ListRequest.objects.get(), "approve")
    added = line(participant)
    assert added.reason.startswith("Graduated on 05/25/2024; added at the district’s request")
    assert [pathway.name for pathway in added.pathways.all()] == [BUSINESS]
    follow_up_list(leavers.scope)
    assert on_list() == {"999000124", "999000125"}
    assert "BAKER, KAYLA" in text(desk.get(f"{HERE}?show=all"))


def test_a_list_that_is_final_still_follows_opi(
    desk: Client, office: Client, leavers: Leavers, participant: Student
) -> None:
    open_list(refreshed_until=timezone.localdate() - timezone.timedelta(days=1))
    clark = Student.objects.get(state_id="999000125")
    send(office, ask_to_remove(desk, clark), "approve")
    ask_to_add(desk)
    send(office, ListRequest.objects.first(), "approve")  # type: ignore[arg-type]
    follow_up_list(leavers.scope)
    assert on_list() == {"999000124"}


def test_a_denial_says_why_and_changes_nothing(
    desk: Client, office: Client, kayla: Student
) -> None:
    request = ask_to_remove(desk, kayla)
    assert "Enter why it is denied" in text(send(office, request, "deny"))
    assert ListRequest.objects.get().status == "waiting"
    send(office, request, "deny", "She was a concentrator")
    assert on_list() == {"999000123"}
    words = text(desk.get(of_request(request)))
    assert "Denied. She was a concentrator" in words


def test_an_answer_that_is_taken_back_brings_the_line_back(
    desk: Client, office: Client, kayla: Student
) -> None:
    request = ask_to_remove(desk, kayla)
    send(office, request, "approve")
    send(office, request, "reopen")
    assert on_list() == {"999000123"}
    request.refresh_from_db()
    assert (request.status, request.answered_by) == ("waiting", "")
    send(office, request, "reopen")
    send(office, request, "deny", "No")
    assert on_list() == {"999000123"}


def test_the_district_withdraws_what_waits_only(
    desk: Client, office: Client, kayla: Student
) -> None:
    request = ask_to_remove(desk, kayla)
    send(desk, request, "withdraw")
    assert ListRequest.objects.get().status == "withdrawn"
    assert "The district has withdrawn this request." in text(send(office, request, "approve"))
    other = ask_to_remove(desk, kayla)
    send(office, other, "approve")
    assert "has approved this request" in text(send(desk, other, "withdraw"))
    assert on_list() == set()


def test_of_two_answers_the_second_is_told_the_first(
    desk: Client, office: Client, kayla: Student
) -> None:
    request = ask_to_remove(desk, kayla)
    send(office, request, "deny", "No")
    words = text(send(office, request, "approve"))
    assert "has denied this request" in words
    assert on_list() == {"999000123"}


def test_nobody_decides_about_the_own_request(kayla: Student, leavers: Leavers) -> None:
    both = person("both", "Both", "Ida", (Role.DATA_CLERK, "9012"), (Role.OPI_STAFF, ""))
    request = ask_to_remove(signed_in(both), kayla)
    words = text(send(signed_in(both), request, "approve"))
    assert "Someone else at OPI has to decide" in words
    assert on_list() == {"999000123"}


@pytest.mark.parametrize(
    ("state_id", "problem"),
    [
        ("999000125", "This student is on the list already"),
        ("999000999", "No student of this district has that State ID"),
        ("999000777", "No student of this district has that State ID"),
        ("999000126", "Correct the enrollment first"),
        ("12", "A State ID has 9 digits"),
        ("", "Enter the State ID"),
    ],
)
def test_who_cannot_be_added(
    state_id: str,
    problem: str,
    desk: Client,
    leavers: Leavers,
    participant: Student,
    elsewhere: District_,
) -> None:
    """A student of another district and one who is nowhere read alike."""
    elsewhere.student("999000777", "Else")
    leavers.student("999000126", "Here")
    assert problem in text(ask_to_add(desk, state_id))
    assert not ListRequest.objects.exists()


def test_a_double_click_is_one_request_and_a_second_one_waits_for_the_first(
    desk: Client, kayla: Student, second_clerk: User
) -> None:
    assert ask_to_remove(desk, kayla) == ask_to_remove(desk, kayla)
    answer = signed_in(second_clerk).post(
        f"{HERE}{line(kayla).pk}/ask-to-remove/", {"reason": "Other"}
    )
    assert "A request about this student is waiting for OPI already" in text(answer)
    assert ListRequest.objects.count() == 1


def test_a_request_without_a_reason_is_none(desk: Client, kayla: Student) -> None:
    answer = desk.post(f"{HERE}{line(kayla).pk}/ask-to-remove/", {"reason": "\u200b "})
    assert "Enter the reason" in text(answer)


def test_a_certified_follow_up_is_not_moved(desk: Client, office: Client, kayla: Student) -> None:
    request = ask_to_remove(desk, kayla)
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    assert "has been locked since" in text(send(office, request, "approve"))
    assert on_list() == {"999000123"}
    send(office, request, "deny", "It is certified")
    assert ListRequest.objects.get().status == "denied"


def test_both_sides_get_notices_without_a_name(
    desk: Client, office: Client, opi: User, clerk: User, kayla: Student
) -> None:
    request = ask_to_remove(desk, kayla)
    notice = Notice.objects.get(user=opi)
    assert (
        notice.text
        == "Cottonwood Bend asks to remove a student from the follow-up list of 2023-24."
    )
    send(office, request, "approve")
    notice = Notice.objects.get(user=clerk)
    assert notice.text == "OPI has approved your request about the follow-up list of 2023-24."
    assert notice.path == of_request(request)
    send(office, request, "reopen")
    assert not Notice.objects.filter(user=clerk).exists()
    words = [*Notice.objects.values_list("text", flat=True)]
    words += [f"{event.name}{event.before}{event.after}" for event in AuditEvent.objects.all()]
    assert AuditEvent.objects.filter(kind="follow-up list").count() == 3
    assert not any("ANDERSON" in word.upper() or "999000123" in word for word in words)


def test_opi_sees_the_question_and_neither_calls_nor_contacts(
    desk: Client, office: Client, kayla: Student
) -> None:
    kayla.contacts.create(
        kind="phone", value="406-555-0143", by="MARTIN, CHERYL", by_id=1, at=timezone.now()
    )
    line(kayla).attempts.create(
        date="2024-11-05", means="phone", note="Aunt Ruth", by="M", by_id=1, at=timezone.now()
    )
    request = ask_to_remove(desk, kayla)
    assert "ANDERSON" not in text(office.get(INBOX))
    words = text(office.get(of_request(request)))
    assert "ANDERSON, KAYLA" in words
    assert "406-555-0143" not in words and "Aunt Ruth" not in words


def test_another_district_sees_no_request(
    desk: Client, kayla: Student, elsewhere: District_, stranger: User
) -> None:
    request = ask_to_remove(desk, kayla)
    other = signed_in(stranger)
    assert other.get(of_request(request)).status_code == 404
    there = of_request(request).replace("9012", elsewhere.district.number)
    assert other.get(there).status_code == 404
    assert other.post(there, {"do": "withdraw"}).status_code == 404
    assert ListRequest.objects.get().status == "waiting"


def test_two_at_opi_at_once_answer_once(
    transactional_db: None, desk: Client, leavers: Leavers, kayla: Student, opi: User
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write after the other")
    request = ask_to_remove(desk, kayla)

    def answer(act: Any) -> str:
        try:
            act(leavers.scope, request.pk, by=opi, answer="So be it")
        except Refusal as refusal:
            return refusal.sentence
        return ""

    with Together() as together:
        sentences = together.run(lambda: answer(deciding.approve), lambda: answer(deciding.deny))
    assert sorted(map(bool, sentences)) == [False, True]
    request.refresh_from_db()
    assert (request.status == "approved") == (on_list() == set())


@pytest.mark.parametrize(
    "values",
    [
        {"wish": "move"},
        {"reason": ""},
        {"status": "denied", "answered_by": "OPI", "answered_at": timezone.now()},
        {"status": "approved"},
        {"answer": "Yes"},
    ],
)
def test_the_database_holds_the_truths(db: None, values: dict[str, Any]) -> None:
    whole = {
        "district": "9012",
        "end_year": 2024,
        "state_id": "999000123",
        "wish": "add",
        "reason": MISTAKE,
        "status": "waiting",
        "by": "MARTIN, CHERYL",
        "by_id": 1,
        "at": timezone.now(),
    }
    ListRequest.objects.create(**{**whole, "end_year": 2023})
    with pytest.raises(IntegrityError), transaction.atomic():
        ListRequest.objects.create(**{**whole, **values})
