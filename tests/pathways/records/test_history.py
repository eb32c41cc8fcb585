"""Who changed what, when, and the way back to an earlier version (ux.md D-16, B-12)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cte_portal.accounts.models import User
from pathways.ledger import ledger, staging
from pathways.models import Change, CollectionLock, Participation, Student
from pathways.records import entry, history
from tests.fixtures.records import HEALTH, District_, lock_records, row
from tests.pathways.desk import text


@pytest.fixture
def record(cottonwood: District_, kayla: Student) -> Participation:
    """Entered by one clerk on a summer evening, corrected by the other."""
    typed = row(
        kayla,
        HEALTH,
        version=None,
        modified_at=datetime.datetime(2025, 5, 8, 19, 3, 42, tzinfo=datetime.UTC),
    )
    ledger.apply(
        cottonwood.scope,
        staging.stage([typed]),
        by="KELLER, DANIEL",
        source=Change.Source.DEMO,
        checked=None,
    )
    entry.save(
        cottonwood.scope,
        [row(kayla, HEALTH, version=1, in_district_credits=Decimal("2.50"), concentrator=True)],
        by="MARTIN, CHERYL",
    )
    return Participation.objects.get()


def page_of(record: Participation, page: str = "cte-record-history") -> str:
    return reverse(page, args=["9012", 2025, record.student_id, record.pathway_id])


def entries(record: Participation, *, standing: bool = True) -> list[history.HistoryEntry]:
    changes = list(
        Change.objects.of_record(record.student_id, record.pathway_id).order_by("-version")
    )
    return history.entries(changes, Participation.objects.get() if standing else None)


def test_a_change_is_told_field_by_field_from_the_version_before_it(record: Participation) -> None:
    newest, first = entries(record)
    assert [
        (difference.label, difference.before, difference.after) for difference in newest.differences
    ] == [
        ("CTE Concentrator", "No", "Yes"),
        ("In District Credits Earned", "1.50", "2.50"),
        ("Total Pathway Credits Earned", "1.50", "2.50"),
    ]
    assert ("Start Date", "", "07/14/2022") in [
        (difference.label, difference.before, difference.after) for difference in first.differences
    ]
    assert (newest.is_current, newest.restorable) == (True, False)
    assert (first.is_current, first.restorable) == (False, True)


def test_an_entry_after_a_deletion_is_not_compared_with_what_was_deleted(
    cottonwood: District_, record: Participation
) -> None:
    entry.delete(cottonwood.scope, record, version=2, by="MARTIN, CHERYL")
    cottonwood.record(record.student, HEALTH)
    again, deletion, *_ = entries(record)
    assert all(difference.before == "" for difference in again.differences)
    assert deletion.differences == () and not deletion.restorable


def test_the_page_shows_when_who_what_and_from_where_newest_first(
    client: Client, clerk: User, record: Participation
) -> None:
    client.force_login(clerk)
    html = client.get(page_of(record)).content.decode()
    assert "05/08/2025 01:03:42 PM MT" in html
    assert "CTE Concentrator screen" in html and "Practice data" in html
    assert html.index("MARTIN, CHERYL</td>") < html.index("KELLER, DANIEL</td>")
    assert "<del>1.50</del>" in html and "<b>2.50</b>" in html
    assert html.count("Restore this version") == 1


def test_an_earlier_version_is_restored_as_a_new_version(
    client: Client, clerk: User, record: Participation
) -> None:
    client.force_login(clerk)
    answer = client.post(page_of(record, "cte-record-restore"), {"version": 1, "seen": 2})
    assert answer.url == page_of(record, "cte-record")
    restored = Participation.objects.get()
    assert (restored.total_credits, restored.concentrator, restored.version) == (
        Decimal("1.50"),
        False,
        3,
    )
    assert restored.modified_by == "MARTIN, CHERYL"
    assert Change.objects.get(version=3).source == Change.Source.RESTORE


def test_a_version_restored_over_somebody_elses_save_is_refused(
    client: Client, clerk: User, cottonwood: District_, record: Participation
) -> None:
    client.force_login(clerk)
    cottonwood.record(
        record.student, HEALTH, in_district_credits=Decimal("0.75"), by="KELLER, DANIEL"
    )
    page = client.post(
        page_of(record, "cte-record-restore"), {"version": 1, "seen": 2}, follow=True
    )
    assert page.redirect_chain[-1][0] == page_of(record)
    assert "Nothing was restored." in page.content.decode()
    assert Participation.objects.get().total_credits == Decimal("0.75")


def test_a_deleted_record_has_its_history_and_comes_back_from_it(
    client: Client, clerk: User, cottonwood: District_, record: Participation
) -> None:
    entry.delete(cottonwood.scope, record, version=2, by="KELLER, DANIEL")
    client.force_login(clerk)
    html = client.get(page_of(record)).content.decode()
    assert "This record is deleted." in html
    assert html.count("Restore this version") == 2
    client.post(page_of(record, "cte-record-restore"), {"version": 1, "seen": 0})
    assert Participation.objects.get().total_credits == Decimal("1.50")


def test_d_17_the_history_of_a_locked_record_says_so_and_offers_no_restore(
    client: Client, clerk: User, cottonwood: District_, record: Participation
) -> None:
    lock_records()
    client.force_login(clerk)
    html = client.get(page_of(record)).content.decode()
    assert (
        "Locked since 06/12/2025" in text(client.get(page_of(record)))
        and "7K3Q" in html
        and "In District Credits Earned" in html
        and "Restore" not in html
    )
    CollectionLock.objects.all().delete()
    entry.delete(cottonwood.scope, record, version=2, by="KELLER, DANIEL")
    lock_records()
    html = client.get(page_of(record)).content.decode()
    assert "This record is deleted." in html and "Locked since" in html and "Restore" not in html


def test_who_may_only_look_is_offered_no_restore(
    client: Client, viewer: User, clerk: User, cottonwood: District_, record: Participation
) -> None:
    client.force_login(viewer)
    html = client.get(page_of(record)).content.decode()
    assert "In District Credits Earned" in html and "Restore" not in html
    cottonwood.enroll(record.student, 2026)
    client.force_login(clerk)
    other_year = reverse(
        "cte-record-history", args=["9012", 2026, record.student_id, record.pathway_id]
    )
    assert "Restore" not in client.get(other_year).content.decode()


def test_opi_sees_the_history_of_any_district(
    client: Client, opi: User, record: Participation
) -> None:
    client.force_login(opi)
    assert client.get(page_of(record)).status_code == 200


def test_the_history_asks_as_much_for_thirty_changes_as_for_two(
    client: Client, clerk: User, cottonwood: District_, record: Participation
) -> None:
    client.force_login(clerk)
    client.get(page_of(record))

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(record)).status_code == 200
        return len(queries)

    few = statements()
    for number in range(1, 30):
        cottonwood.record(record.student, HEALTH, in_district_credits=Decimal(number) / 4)
    client.get(page_of(record))  # what is not yet sent is counted anew once
    assert statements() == few <= 16
