"""The number above every page never says less than the comparison knows, and costs a page next to
nothing (FR-205, walk 5, walk 20).
"""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import RedisError

from cte_portal.accounts.models import User
from cte_portal.connection import opened
from cte_portal.editions import Scope, writing_state
from pathways.ledger.kept import FRESH
from pathways.models import (
    Change,
    Enrollment,
    Participation,
    SchoolChange,
    SchoolYear,
    StateCopy,
    Student,
)
from pathways.resync import gap, seen, watched
from pathways.resync.comparison import Comparison
from pathways.resync.unsent import AHEAD, KnownUnsent, Unsent
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.fixtures.resync import STATE, delete, send
from tests.pathways.desk import text

HOME, RESYNC = "/districts/9012/{}/", "/districts/9012/{}/resync/"


def above(client: Client, address: str) -> str:
    """What stands above a page: the number, or what stands in its place."""
    figure = re.search(r"Not yet sent to the state: ([\d,]+)", text(client.get(address)))
    return figure.group(1) if figure else ""


def next_year() -> None:
    SchoolYear.objects.filter(end_year=2025).update(is_active=False)
    SchoolYear.objects.filter(end_year=2026).update(is_active=True)


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def test_on_the_first_day_of_a_new_year_every_page_says_what_the_state_lacks(
    desk: Client, school: District_, kayla: Student
) -> None:
    """FR-205, walk 5."""
    send(school.scope)
    assert above(desk, HOME.format(2025)) == "0"
    school.enroll(kayla, 2026)
    next_year()
    scope = Scope("9012", 2026)
    differing = Comparison(scope).differing
    assert differing == 2, "the year's calendar, and Kayla's enrollment"
    cache.clear()
    for address in (HOME, RESYNC, "/districts/9012/{}/cte-concentrator/"):
        assert above(desk, address.format(2026)) == str(differing), address
    home, resync = text(desk.get(HOME.format(2026))), text(desk.get(RESYNC.format(2026)))
    assert "Nothing of 2025-26 has been sent to the state yet. 2 rows to send." in home
    assert (
        "Not yet sent to the state: 2 – nothing of 2025-26 sent" in home
        and "2 differences" in resync
    )
    assert "Processed:" not in resync and "never" in resync, (
        "what was sent last year is not this year's resync"
    )
    assert KnownUnsent.of_all(["9012"], 2026)["9012"].words == "all"
    send(scope)
    assert above(desk, HOME.format(2026)) == "0" and "Processed: 1" in text(
        desk.get(RESYNC.format(2026))
    )
    assert KnownUnsent.of_all(["9012"], 2026)["9012"].words == "0"


def test_a_part_that_is_sent_in_the_new_year_is_not_a_complete_resync(school: District_) -> None:
    """walk 5: last year's complete resync is none of this year's."""
    send(school.scope)
    next_year()
    part = send(Scope("9012", 2026), ("Student",))
    assert part.complete_at is None
    entries = {
        standing.kind.name: standing.entry for standing in Comparison(Scope("9012", 2026)).standings
    }
    assert entries["Student"] and entries["Enrollment"] is None


def test_a_new_student_counts(desk: Client, school: District_) -> None:
    """FR-205: 0 above every page while the state lacked a student."""
    send(school.scope)
    assert above(desk, HOME.format(2025)) == "0"
    school.student("999000777", "Brand", "New")
    assert above(desk, HOME.format(2025)) == "2" == str(Comparison(school.scope).differing), (
        "the student and the enrollment"
    )
    assert "2 rows differ between district and state, 0 of them CTE records." in text(
        desk.get(HOME.format(2025))
    )


def test_what_was_changed_past_the_portal_counts_within_minutes_and_at_once_when_checked_again(
    desk: Client, school: District_, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(school.scope)
    assert above(desk, HOME.format(2025)) == "0"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pathways_student SET last_name = 'Raw' WHERE id = %s", [kayla.pk])
        cursor.execute(
            "UPDATE pathways_enrollment SET grade = '11' WHERE student_id = %s", [kayla.pk]
        )
    later = timezone.now().timestamp() + FRESH + 1
    monkeypatch.setattr(gap.time, "time", lambda: later)
    assert above(desk, HOME.format(2025)) == "2"
    Enrollment.objects.filter(student=kayla).update(grade="12")
    page = desk.get(RESYNC.format(2025)).content.decode()
    (again,) = re.findall(r'href="(\?[^"]*)">.*Check again</a>', page)
    assert above(desk, RESYNC.format(2025) + again) == "1" == above(desk, RESYNC.format(2025))
    assert above(desk, HOME.format(2025)) == "1"
    with writing_state(), connections[STATE].cursor() as cursor:
        cursor.execute("UPDATE pathways_participation SET single_parent = NOT single_parent")
    number = str(1 + Change.objects.values("student_id", "pathway_id").distinct().count())
    assert above(desk, "/districts/9012/2025/resync/compare/") == number
    assert above(desk, RESYNC.format(2025)) == number, "the comparison has counted all of it"


def test_records_are_counted_as_rows_that_differ_not_as_changes(
    desk: Client, school: District_, kayla: Student
) -> None:
    """walk 20: one number, on the home page, above every page and on the resync page."""
    send(school.scope)
    assert above(desk, HOME.format(2025)) == "0"
    for version, credits in ((1, "2.00"), (2, "2.50"), (3, "3.00")):
        school.record(kayla, HEALTH, version=version, in_district_credits=credits)
    assert above(desk, HOME.format(2025)) == "1" == above(desk, RESYNC.format(2025))
    assert (
        "1 row differs between district and state. 3 changes of records since the resync on"
        in text(desk.get(HOME.format(2025)))
    )
    school.record(kayla, BUSINESS, version=1, single_parent=True)
    school.record(school.student("999000778", "Late", "Lee"), HEALTH)
    assert above(desk, HOME.format(2025)) == "5" == str(Comparison(school.scope).differing)


def test_what_is_changed_back_leaves_nothing_to_send_and_is_said(
    desk: Client, school: District_
) -> None:
    student = school.student("999000779", "Short", "Lived")
    send(school.scope)
    assert above(desk, HOME.format(2025)) == "0"
    record = school.record(student)
    assert above(desk, HOME.format(2025)) == "1"
    delete(school, record)
    page = text(desk.get(HOME.format(2025)))
    assert (
        "Not yet sent to the state: 0 – 2 changes changed back" in page
        or "changed and changed back" in page
    )
    assert Comparison(school.scope).differing == 0


def test_a_page_asks_once_and_compares_nothing_while_nothing_moves(school: District_) -> None:
    send(school.scope)
    assert Unsent.of(school.scope).rows == 0
    with (
        CaptureQueriesContext(connection) as queries,
        CaptureQueriesContext(connections[STATE]) as state,
    ):
        assert Unsent.of(school.scope).rows == 0
    assert len(queries) == 1 and len(state) == 1


def test_without_the_cache_the_number_is_right(
    school: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-6: the cache may be away; no page depends on it."""

    def away(*arguments: Any, **named: Any) -> Any:
        raise RedisError

    for name in ("get", "set", "get_many", "set_many"):
        monkeypatch.setattr(gap.cache, name, away, raising=False)
    assert Unsent.of(school.scope).rows == Comparison(school.scope).differing > 0
    assert KnownUnsent.of_all(["9012"], 2025)["9012"].words == "all"


def test_changes_are_counted_where_there_are_any_after_what_was_sent(school: District_) -> None:
    """The status board counted the whole ledger of each district that had sent nothing."""

    def now() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as queries:
            known = KnownUnsent.of_all(["9012"], 2025)["9012"]
        assert bool(known.rows) is bool(known.changes) is (known.words != "0")
        return known.words, sum("SELECT COUNT(*)" in row["sql"] for row in queries.captured_queries)

    assert now() == ("all", 0)
    send(school.scope)
    cache.clear()
    assert now() == ("0", 0)
    school.record(school.student("999000555"), BUSINESS)
    assert now() == ("1", 1)


def test_a_state_that_is_ahead_is_said_on_every_page(desk: Client, school: District_) -> None:
    """M-10: the district's database was restored from an older backup; never *everything was
    sent*.
    """
    send(school.scope)
    with writing_state():
        StateCopy.objects.using(STATE).update(cursor=Change.objects.latest("pk").pk + 3)
    for address in (
        HOME,
        RESYNC,
        "/districts/9012/{}/cte-concentrator/",
        "/districts/9012/{}/district-and-state/",
    ):
        page = text(desk.get(address.format(2025)))
        assert (
            "the state is ahead of this district" in page
            and "Not yet sent to the state: 0" not in page
        ), address
    home = text(desk.get(HOME.format(2025)))
    assert AHEAD in home and "Everything was sent" not in home
    assert KnownUnsent.of_all(["9012"], 2025)["9012"].words == "ahead"


def test_a_state_that_has_roster_changes_the_district_has_not_is_ahead(
    desk: Client, school: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-10: an older backup, between which and the last resync only a class list has changed."""
    copy = send(school.scope)
    assert KnownUnsent.of_all(["9012"], 2025)["9012"].words != "ahead"
    copy.objects_sent["Roster"]["cursor"] += 1
    copy.sent_at = timezone.now()
    with writing_state():
        copy.save(using=STATE)
    assert AHEAD in text(desk.get(HOME.format(2025)))
    assert KnownUnsent.of_all(["9012"], 2025)["9012"].words == "ahead"
    monkeypatch.setattr(watched, "_counted", None)
    reading = next(iter(watched.unsent_districts()))
    assert reading.figures["districts_ahead"] == 1


def test_another_districts_change_of_that_number_is_not_what_was_sent(school: District_) -> None:
    """A restored portal gives the numbers that the state has seen to whoever writes next. Numbers
    that the ledger has passed over are in nobody's way.
    """
    copy = send(school.scope)

    def change(key: int, district: str) -> None:
        SchoolChange.objects.create(
            pk=key, district=district, row=key, version=1, operation="create", at=timezone.now()
        )

    def words(cursor: int) -> str:
        copy.objects_sent["School"]["cursor"] = cursor
        copy.sent_at = timezone.now()
        with writing_state():
            copy.save(using=STATE)
        return KnownUnsent.of_all(["9012"], 2025)["9012"].words

    change(901, "9012")
    assert words(901) != "ahead"
    change(903, "0965")
    assert words(903) == "ahead"
    change(905, "9012")
    assert words(903) == words(904) == words(905) != "ahead"
    assert words(906) == "ahead"


@pytest.mark.parametrize("later", ["another connection", "a while"])
def test_what_the_ledger_had_is_looked_for_again_after(
    later: str, school: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of all districts looks once for what was sent. A database that was restored from a
    backup stands behind another connection; a line that was taken out past the portal is missed
    after a while.
    """

    def looked() -> tuple[str, bool]:
        with CaptureQueriesContext(connection) as queries:
            words = KnownUnsent.of_all(["9012"], 2025)["9012"].words
        return words, any("NOT EXISTS" in row["sql"] for row in queries.captured_queries)

    copy, before = send(school.scope), transaction.savepoint()
    line = SchoolChange.objects.create(
        district="9012", row=1, version=99, operation="create", at=timezone.now()
    )
    copy.objects_sent["School"]["cursor"], copy.sent_at = line.pk, timezone.now()
    with writing_state():
        copy.save(using=STATE)
    assert looked() == ("0", True)
    assert looked() == ("0", False)
    transaction.savepoint_rollback(before)
    if later == "a while":
        monkeypatch.setattr(seen, "monotonic", lambda: time.monotonic() + 301)
    else:
        opened(None, connection)
    assert looked() == ("ahead", True)
    assert looked() == ("ahead", True), "until it is there"


def test_a_district_edition_restored_from_an_older_copy_is_said_on_every_page(
    desk: Client, school: District_, kayla: Student
) -> None:
    """M-10: sent, three edits, sent, and then only the district's database goes back to where it
    was before the edits.

    One more edit takes a ledger number that the state has already seen; nowhere does a page say
    that everything was sent.
    """
    send(school.scope)
    before = transaction.savepoint()
    record = Participation.objects.filter(student=kayla).first()
    assert record
    for credits in ("1.25", "1.75", "2.25"):
        school.record(
            kayla, record.pathway.name, version=record.version, in_district_credits=credits
        )
        record.refresh_from_db()
    send(school.scope)
    transaction.savepoint_rollback(before)
    if (
        connection.vendor == "postgresql"
    ):  # a dump brings the numbers back too, a savepoint does not
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('pathways_change', 'id'), (SELECT MAX(id)"
                " FROM pathways_change))"
            )
    cache.clear()
    pages = pages_of(desk)
    assert len(pages) > 8
    for edited in (False, True):
        if edited:
            record.refresh_from_db()
            school.record(kayla, record.pathway.name, version=record.version, single_parent=True)
        for address in sorted(pages):
            page = text(desk.get(address))
            assert "the state is ahead of this district" in page, address
            assert "Everything was sent" not in page and "everything was sent" not in page, address
        assert KnownUnsent.of_all(["9012"], 2025)["9012"].words == "ahead"


def pages_of(desk: Client) -> set[str]:
    """Every page of the district that its home links to."""
    home = desk.get(HOME.format(2025)).content.decode()
    links = {
        link.partition("?")[0].partition("#")[0]
        for link in re.findall(r'href="(/districts/9012/2025/[^"]*)"', home)
    }
    return {
        link
        for link in links
        if desk.get(link).status_code == 200 and "text/html" in desk.get(link)["Content-Type"]
    }


def test_the_last_change_is_that_of_the_ledger_as_it_is(school: District_) -> None:
    """A list of all districts reads a line once, and asks each time whether it is still the last:
    it may be gone, as after practice data were reset.
    """

    def last() -> int | None:
        record = KnownUnsent.of_all(["9012", "0965"], 2025)["9012"].last
        return record and record.pk

    school.record(school.student("999000555"), BUSINESS)
    first = Change.objects.latest("pk").pk
    assert last() == last() == first
    before = transaction.savepoint()
    school.record(school.student("999000556"), BUSINESS)
    assert last() == Change.objects.latest("pk").pk > first
    transaction.savepoint_rollback(before)
    assert last() == first


def test_what_was_compared_since_is_on_the_list_of_all_districts_at_once(
    school: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list reads what is kept of comparisons anew where something was kept since, and only
    then.
    """
    read: list[int] = []
    get_many = gap.cache.get_many

    def counted(keys: Any) -> Any:
        read.append(len(keys))
        return get_many(keys)

    monkeypatch.setattr(gap.cache, "get_many", counted, raising=False)

    def words() -> str:
        return KnownUnsent.of_all(["9012"], 2025)["9012"].words

    send(school.scope)
    assert words() == words() == words() == "0"
    assert len(read) <= 1
    school.student("999000777", "Brand", "New")
    assert Unsent.of(school.scope).rows == 2
    read.clear()
    assert (words(), words(), read) == ("2", "2", [1])
