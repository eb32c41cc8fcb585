"""R-FUP-17: callers with open lines get one e-mail an occasion, with counts and no name."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.plugs import plugs
from pathways.follow_up.reminders import remind
from pathways.models import CollectionLock, Outcome
from tests.fixtures.people import person
from tests.fixtures.records import District_
from tests.pathways.follow_up.leavers import Leavers, make_entry, open_list

OPENS = datetime.date(2026, 11, 2)
CLOSES = datetime.date(2026, 12, 30)
HALF, END = datetime.date(2026, 12, 1), datetime.date(2026, 12, 20)


@pytest.fixture(autouse=True)
def window(leavers: Leavers) -> Iterator[None]:
    open_list(opens=OPENS, closes=CLOSES, refreshed_until=OPENS)
    yield


def on(day: datetime.date, hour: int = 9) -> None:
    """Daily work at that hour in Montana."""
    moment = datetime.datetime.combine(
        day, datetime.time(hour), tzinfo=timezone.get_default_timezone()
    )
    with time_machine.travel(moment, tick=False):
        remind()
        remind()


def sent() -> list[tuple[str, str]]:
    mail.outbox.clear()
    for batch in Batch.objects.filter(kind="account", status="queued").order_by("pk"):
        assert run(batch.pk)
    return [(message.to[0], str(message.body)) for message in mail.outbox]


def test_each_occasion_is_one_mail_a_person_with_counts(
    leavers: Leavers, clerk: User, viewer: User, opi: User
) -> None:
    entries = [make_entry(leavers, f"99900012{number}") for number in range(3)]
    Outcome.objects.create(student=entries[0].student, end_year=2024, status="04", origin="file")
    on(OPENS)
    ((to, body),) = sent()
    assert to == clerk.email
    assert "Cottonwood Bend: 2 of 3 students still to reach." in body
    assert "The last day of contact is 12/30/2026." in body
    assert "ANDERSON" not in body.upper() and "99900012" not in body
    on(OPENS + datetime.timedelta(days=1))
    on(OPENS + datetime.timedelta(days=10))
    assert sent() == []
    on(HALF)
    assert len(sent()) == 1
    on(END)
    assert len(sent()) == 1
    assert remind in {check for plug in plugs() for check in plug.daily}


def test_a_person_of_two_districts_gets_one_mail(leavers: Leavers, elsewhere: District_) -> None:
    make_entry(leavers, "999000123")
    make_entry(Leavers(elsewhere), "999000124")
    number = elsewhere.district.number
    person("both", "Both", "Ida", (Role.DATA_CLERK, "9012"), (Role.DATA_CLERK, number))
    on(END)
    ((_, body),) = sent()
    assert body.count("1 of 1 student still to reach.") == 2


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        (OPENS, 5),
        (OPENS - datetime.timedelta(days=1), 9),
        (OPENS + datetime.timedelta(days=4), 9),
        (CLOSES + datetime.timedelta(days=1), 9),
    ],
)
def test_nobody_is_written_to_at_night_or_on_another_day(
    day: datetime.date, hour: int, leavers: Leavers, clerk: User
) -> None:
    make_entry(leavers, "999000123")
    on(day, hour)
    assert sent() == []


def test_who_has_nobody_left_to_call_gets_no_mail(leavers: Leavers, clerk: User) -> None:
    entry = make_entry(leavers, "999000123")
    Outcome.objects.create(student=entry.student, end_year=2024, status="04", origin="file")
    on(OPENS)
    assert sent() == []


def test_a_certified_district_gets_no_mail(leavers: Leavers, clerk: User) -> None:
    make_entry(leavers, "999000123")
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    on(OPENS)
    assert sent() == []
