"""What happens without anybody opening a page: lists are drawn, and home says how far the calls
are.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from cte_portal.plugs import plugs
from pathways.follow_up import daily
from pathways.follow_up.daily import draw_lists
from pathways.follow_up.drawing import follow_up_list
from pathways.ledger.refusals import Busy
from pathways.models import CollectionLock, DrawnList, FollowUpEntry, Outcome
from tests.fixtures.records import District_
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import LEFT_YEAR, Leavers, make_entry, open_list

HOME = "/districts/9012/2025/"
TITLE = "Follow up the leavers of 2023-24"


def drawn() -> set[tuple[str, int]]:
    return set(DrawnList.objects.filter(end_year=LEFT_YEAR).values_list("district", "end_year"))


def test_lists_that_nobody_opens_are_drawn_every_day(
    leavers: Leavers, elsewhere: District_
) -> None:
    leavers.leaver("999000123")
    draw_lists()
    assert {district for district, _ in drawn()} == {"9012", elsewhere.district.number}
    leavers.leaver("999000124", last="Baker")
    draw_lists()
    assert FollowUpEntry.objects.on_list().count() == 2
    assert draw_lists in {check for plug in plugs() for check in plug.daily}


def test_outside_of_the_window_no_list_is_drawn(leavers: Leavers) -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    open_list(opens=tomorrow, refreshed_until=tomorrow)
    draw_lists()
    assert drawn() == set()


def test_a_district_that_somebody_writes_to_keeps_no_other_waiting(
    leavers: Leavers, elsewhere: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(scope: Scope) -> Any:
        if scope.district == "9012":
            raise Busy
        return follow_up_list(scope)

    monkeypatch.setattr(daily, "follow_up_list", busy)
    draw_lists()
    assert {district for district, _ in drawn()} == {elsewhere.district.number}


@pytest.fixture
def home(client: Client, clerk: User) -> Any:
    client.force_login(clerk)
    return lambda: text(client.get(HOME))


def test_home_says_how_far_the_calls_are(leavers: Leavers, home: Any) -> None:
    assert TITLE not in home(), "nobody is on the list"
    entries = [make_entry(leavers, f"99900012{number}") for number in range(3)]
    words = home()
    assert TITLE in words and "3 leavers: 0 worked on, 0 answered, 0 placed." in words
    Outcome.objects.create(student=entries[0].student, end_year=2024, status="04", origin="file")
    assert "3 leavers: 1 worked on, 1 answered, 1 placed." in home()


def test_home_says_nothing_of_a_window_that_is_closed(leavers: Leavers, home: Any) -> None:
    make_entry(leavers, "999000123")
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    open_list(closes=yesterday, refreshed_until=yesterday)
    assert TITLE not in home()


def test_a_certified_follow_up_is_locked_on_home(leavers: Leavers, home: Any) -> None:
    make_entry(leavers, "999000123")
    assert "Open the call list" in home()
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    words = home()
    assert TITLE in words and "Open the call list" not in words


def test_opi_sees_no_calls_on_a_districts_home(leavers: Leavers, client: Client, opi: User) -> None:
    make_entry(leavers, "999000123")
    client.force_login(opi)
    assert TITLE not in text(client.get(HOME))
