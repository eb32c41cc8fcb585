"""Who looked at a district's records: noted for everybody, written behind the page, shown to the
district and to OPI.
"""

from __future__ import annotations

import csv
import datetime
import io

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import User, ViewEvent
from pathways.models import ListRequest, Student
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import ENROLLMENT, STUDENT
from tests.fixtures.records import HEALTH, District_
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers, make_entry

BASE = "/districts/9012/2025/"
LIST = f"{BASE}views-and-downloads/"


def page_of(kayla: Student) -> str:
    return f"{BASE}cte-concentrator/{kayla.pk}/"


def views() -> list[tuple[str, str, int, bool]]:
    VIEW_LOG.write()
    return [*ViewEvent.objects.order_by("pk").values_list("person", "page", "student", "is_file")]


def test_a_clerks_look_at_a_student_is_written_once_a_day(
    client: Client, clerk: User, kayla: Student
) -> None:
    with time_machine.travel("2025-05-08 18:00 +0000", tick=False) as clock:
        client.force_login(clerk)
        client.get(page_of(kayla))
        client.get(page_of(kayla))
        assert views() == [(clerk.record_name, "cte-student", kayla.pk, False)]
        client.get(page_of(kayla))
        VIEW_LOG.forget()  # another web process
        client.get(page_of(kayla))
        assert len(views()) == 1
        clock.shift(datetime.timedelta(days=1))
        client.force_login(clerk)
        client.get(page_of(kayla))
        assert len(views()) == 2


def test_opis_look_is_written_and_what_was_refused_is_not(
    client: Client, opi: User, viewer: User, keeper: User, kayla: Student
) -> None:
    client.force_login(opi)
    client.get(page_of(kayla))
    client.force_login(viewer)
    client.get(f"{BASE}people/")
    client.force_login(keeper)
    client.get(page_of(kayla))
    assert views() == [(opi.record_name, "cte-student", kayla.pk, False)]


def test_pages_about_a_line_or_a_row_name_its_student(
    client: Client, administrator: User, leavers: Leavers, kayla: Student
) -> None:
    """Their addresses do not: a call page shows how to reach a student all the same."""
    entry = make_entry(leavers, "999000700")
    enrollment = kayla.enrollments.get()
    client.force_login(administrator)
    lines = f"/districts/9012/2024/cte-follow-up/{entry.pk}/"
    rows = f"{BASE}roster-data/rows/"
    for address in (
        lines,
        f"{lines}contacts/",
        f"{rows}students/{kayla.pk}/",
        f"{rows}enrollments/{enrollment.pk}/history/",
        f"{rows}enrollments/add/",
    ):
        assert client.get(address).status_code == 200, address
    assert [(page, student) for _, page, student, _ in views()] == [
        ("follow-up-line", entry.student_id),
        ("follow-up-contacts", entry.student_id),
        ("roster-row", kayla.pk),
        ("roster-row-history", kayla.pk),
        ("roster-row-add", 0),
    ]


@pytest.mark.parametrize("kind", ["students", "enrollments"])
def test_the_history_of_a_row_that_is_gone_names_its_student(
    kind: str, client: Client, administrator: User, cottonwood: District_
) -> None:
    """It still shows what the row said."""
    student = cottonwood.student("999000555", "Wrong")
    rows = {"enrollments": list(student.enrollments.all()), "students": [student]}
    for name, shape in (("enrollments", ENROLLMENT), ("students", STUDENT)):
        for row in rows[name]:
            version = editing.version_of(shape, row.pk)
            edit = RowEdit(row=row.pk, seen=version, is_removed=True)
            editing.write(cottonwood.scope, [(shape, edit)], by="MARTIN, CHERYL")
    key = rows[kind][0].pk
    assert key
    client.force_login(administrator)
    page = f"{BASE}roster-data/rows/{kind}/"
    assert client.get(f"{page}{key}/history/").status_code == 200
    assert client.get(f"{page}999999/history/").status_code == 404
    assert [subject for *_, subject, _ in views()] == [student.pk]


def test_a_request_about_the_list_names_its_student(
    client: Client, opi: User, leavers: Leavers
) -> None:
    entry = make_entry(leavers, "999000700")
    request = ListRequest.objects.create(
        district="9012",
        end_year=2024,
        state_id="999000700",
        wish=ListRequest.Wish.REMOVE,
        reason="Moved away",
        status=ListRequest.Status.WAITING,
        by="MARTIN, CHERYL",
        by_id=1,
        at=timezone.now(),
    )
    client.force_login(opi)
    client.get(f"/districts/9012/2024/cte-follow-up/requests/{request.pk}/")
    assert [(page, student) for _, page, student, _ in views()] == [
        ("follow-up-request", entry.student_id)
    ]


def test_a_file_that_is_taken_along_is_written_as_one(
    client: Client, administrator: User, kayla: Student
) -> None:
    client.force_login(administrator)
    client.get(f"{LIST}file/")
    assert views() == [(administrator.record_name, "district-view-events-csv", 0, True)]


def test_what_opi_sees_of_a_student_in_a_search_is_written_with_the_students_district(
    client: Client, opi: User, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla, HEALTH, by="MARTIN, CHERYL")
    client.force_login(opi)
    client.post("/opi/record-changes/", {"state_id": kayla.state_id})
    assert views() == [(opi.record_name, "record-changes", kayla.pk, False)]
    assert ViewEvent.objects.get().district == "9012"


def test_a_page_asks_no_statement_more_for_it(client: Client, clerk: User, kayla: Student) -> None:
    client.force_login(clerk)
    client.get(page_of(kayla))
    client.get(page_of(kayla))  # its lines are read once and kept
    with CaptureQueriesContext(connection) as first:
        client.get(page_of(kayla))
    VIEW_LOG.forget()
    with CaptureQueriesContext(connection) as noted:
        client.get(page_of(kayla))
    assert len(noted) == len(first)


def test_readings_wait_while_the_database_is_away(
    client: Client, clerk: User, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(clerk)
    client.get(page_of(kayla))

    def away(*arguments: object, **options: object) -> None:
        raise DatabaseError("away")

    with monkeypatch.context() as patch:
        patch.setattr(ViewEvent.objects, "bulk_create", away)
        assert VIEW_LOG.write() == 0
    assert views() == [(clerk.record_name, "cte-student", kayla.pk, False)]


def test_the_district_sees_who_looked_and_takes_it_along(
    client: Client,
    clerk: User,
    administrator: User,
    kayla: Student,
    elsewhere: District_,
) -> None:
    other = elsewhere.student("999000900", "Baker", "Ida")
    client.force_login(clerk)
    client.get(page_of(kayla))
    client.get(f"{BASE}cte-concentrator/")
    VIEW_LOG.write()
    ViewEvent.objects.create(
        day=timezone.localdate(),
        at=timezone.now(),
        user_id=1,
        person="STRANGER, SAM",
        district="0965",
        end_year=2025,
        page="cte-student",
        student=other.pk,
    )
    client.force_login(administrator)
    page = text(client.get(LIST))
    assert clerk.record_name in page and kayla.name in page and "CTE Concentrator" in page
    assert "STRANGER" not in page and "Baker" not in page
    for query, lines in (
        ("", 2),
        (f"?student={kayla.pk}", 1),
        (f"?student={other.pk}", 0),
        ("?find=cheryl", 2),
        ("?find=nobody", 0),
        ("?file_only=on", 0),
        ("?last=01/01/2020", 0),
        ("?student=x", 0),
        ("?student=99999999999999999999", 0),
    ):
        VIEW_LOG.forget()
        assert client.get(f"{LIST}{query}").context["page"].paginator.count == lines, query
    assert other.name not in text(client.get(f"{LIST}?student={other.pk}"))
    file = b"".join(client.get(f"{LIST}file/").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(file)))
    assert {row["State ID"] for row in rows} == {"", kayla.state_id}


def test_the_student_page_leads_there_for_who_may(
    client: Client, clerk: User, administrator: User, kayla: Student
) -> None:
    link = f"{LIST}?student={kayla.pk}"
    client.force_login(administrator)
    assert link in client.get(page_of(kayla)).content.decode()
    client.force_login(clerk)
    assert link not in client.get(page_of(kayla)).content.decode()
    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_viewevent SET person = 'X'", "DELETE FROM accounts_viewevent"]
)
def test_a_view_is_not_rewritten(
    statement: str, client: Client, clerk: User, kayla: Student
) -> None:
    client.force_login(clerk)
    client.get(page_of(kayla))
    VIEW_LOG.write()
    with (
        pytest.raises(IntegrityError, match="accounts_viewevent_is_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
