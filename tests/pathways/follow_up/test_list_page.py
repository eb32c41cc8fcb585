"""CTE Follow-up, List: who is on it, who came and who went, with reasons."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.editions import Edition, home_of
from cte_portal.watch.models import Service
from cte_portal.watch.service import service
from pathways.follow_up.views import drawn
from pathways.ledger.refusals import Busy
from pathways.models import DrawnList, FollowUpYear
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import DROPPED_OUT, Leavers, open_list

CALLS = "/districts/9012/2024/cte-follow-up/"
ADDRESS, DRAW = f"{CALLS}list/", f"{CALLS}draw/"
EXTRACTS = "/districts/9012/2024/mt-extracts/?type=cte-fall"
FILLED = "/districts/9012/2024/mt-data-upload/template/filled/?type=cte-fall"


@pytest.fixture
def page(client: Client, clerk: User) -> Any:
    """The list as it is drawn when somebody presses the button."""
    client.force_login(clerk)

    def draw_and_look(query: str = "", address: str = ADDRESS) -> str:
        client.post(f"{address.removesuffix('list/')}draw/")
        return text(client.get(f"{address}{query}"))

    return draw_and_look


def test_the_list_names_leavers_and_marks_dropouts(leavers: Leavers, page: Any) -> None:
    """R-FUP-21: a caller does not congratulate a dropout on a diploma."""
    leavers.leaver("999000123", HEALTH, BUSINESS, last="Anderson")
    leavers.leaver("999000124", last="Baker", end_status=DROPPED_OUT)
    copy = leavers.seal()
    words = page()
    assert f"From sealed copy {copy.receipt}" in words
    assert "ANDERSON, KAYLA 999 000 123" in words
    assert f"Graduate {BUSINESS}, {HEALTH} Graduated on 05/25/2024" in words
    assert "Dropout No diploma" in words
    assert "draft" not in words
    assert words.count("No diploma") == 1


def test_a_draft_says_so(leavers: Leavers, page: Any) -> None:
    """R-FUP-02."""
    leavers.leaver("999000123")
    words = page()
    assert "This list is a draft. The End of Year records of 2023-24 are not certified" in words
    assert "ANDERSON, KAYLA" in words


def test_who_came_and_who_went_are_named_with_reasons(leavers: Leavers, page: Any) -> None:
    """R-FUP-03."""
    dropout = leavers.leaver("999000123", last="Anderson", end_status=DROPPED_OUT)
    late = leavers.student("999000124", "Baker")
    enrollment = leavers.leave(late, end_date=None)
    leavers.concentrate(late)
    leavers.seal()
    assert "0 came, 0 went" in page()
    leavers.district.enroll(dropout, 2025, start_date=datetime.date(2024, 9, 3))
    enrollment.end_date, enrollment.end_status = datetime.date(2024, 6, 20), "400"
    enrollment.save()
    assert "1 came, 1 went" in page()
    came, went = page("?show=came"), page("?show=went")
    assert "BAKER, KAYLA" in came and "Graduated on 06/20/2024" in came
    assert "ANDERSON" not in came
    assert "ANDERSON, KAYLA" in went and "Returned on 09/03/2024" in went
    assert "BAKER" not in went


def test_empty_lists_say_what_they_are(leavers: Leavers, page: Any) -> None:
    leavers.seal()
    assert "No leavers to follow up" in page()
    assert "Nobody has come onto the list" in page("?show=came")
    assert "Nobody has left the list" in page("?show=went")


def test_a_final_list_says_since_when(leavers: Leavers, page: Any) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    open_list(refreshed_until=yesterday)
    assert f"The list has been final since {yesterday:%m/%d/%Y}" in page()


def test_another_year_leads_to_the_list_that_is_open(leavers: Leavers, page: Any) -> None:
    words = page(address=ADDRESS.replace("2024", "2025"))
    assert "Leavers of 2023-24 are being followed up." in words
    assert "Leavers of 2023-24 are being followed up." not in page()


def test_a_year_without_dates_says_so(leavers: Leavers, page: Any) -> None:
    FollowUpYear.objects.filter(pk=2024).delete()
    assert "OPI has not set dates for the leavers of 2023-24." in page()


def test_while_somebody_writes_the_list_stands_as_drawn_last(
    leavers: Leavers, page: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    leavers.leaver("999000123")
    leavers.seal()
    page()
    leavers.leaver("999000124", last="Baker")

    def busy(scope: Any) -> None:
        raise Busy

    monkeypatch.setattr(drawn, "follow_up_list", busy)
    words = text(client.post(DRAW, follow=True))
    assert "The list is as it was. Draw it again in a moment." in words
    assert "ANDERSON, KAYLA" in words and "BAKER" not in words


def stored() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the follow-up and of the records, in both editions."""
    return {
        f"{model._meta.label} {edition.value}": sorted(
            model._base_manager.using(edition.value).values_list(), key=repr
        )
        for model in apps.get_app_config("pathways").get_models()
        for edition in Edition
        if model._meta.managed and edition.value in home_of(model).value
    }


def test_looking_at_a_list_changes_no_row(leavers: Leavers, client: Client, clerk: User) -> None:
    """R-FUP-03: the list is drawn by an act or by daily work, never by who looks at it."""
    client.force_login(clerk)
    leavers.leaver("999000123")
    leavers.seal()
    pages = (CALLS, ADDRESS, f"{ADDRESS}?show=went", FILLED, EXTRACTS)
    before = stored()
    for page in pages:
        assert client.get(page).status_code == (302 if page == FILLED else 200)
    assert stored() == before
    words = text(client.get(ADDRESS))
    assert "The list is not drawn yet" in words and "ANDERSON" not in words
    words = text(client.post(DRAW, {"page": "follow-up"}, follow=True))
    assert "The list was drawn from the records as they stand." in words
    assert "Follow-up Calls" in words and "Records have changed" not in words
    leavers.leaver("999000124", last="Baker")
    before = stored()
    for page in pages:
        assert client.get(page).status_code == 200
    assert stored() == before
    assert "Records have changed since the list was drawn." in text(client.get(ADDRESS))
    client.post(DRAW)
    assert "Records have changed" not in text(client.get(ADDRESS))
    assert client.get(DRAW).status_code == 405


def test_who_only_looks_draws_nothing(leavers: Leavers, client: Client, viewer: User) -> None:
    client.force_login(viewer)
    leavers.leaver("999000123")
    words = client.get(ADDRESS).content.decode()
    assert "Draw the list" not in words
    assert client.post(DRAW).status_code == 403
    assert not DrawnList.objects.exists()


def test_a_portal_that_is_read_only_draws_nothing(leavers: Leavers, page: Any) -> None:
    leavers.leaver("999000123")
    service.remember(Service(mode=Service.Mode.READ_ONLY))
    words = page()
    assert "The list is not drawn yet" in words and "Draw the list" not in words
    assert not DrawnList.objects.exists()


def test_another_district_is_not_found(
    leavers: Leavers, elsewhere: District_, client: Client, stranger: User
) -> None:
    client.force_login(stranger)
    assert client.get(ADDRESS).status_code == 404
    assert not DrawnList.objects.exists()


def test_one_entry_of_the_navigation_marks_the_list_and_its_calls(
    client: Client, leavers: Leavers, clerk: User
) -> None:
    client.force_login(clerk)
    for page in (CALLS, ADDRESS):
        context = client.get(page).context
        entries = [entry for group in context["portal"].navigation for entry in group.entries]
        (own,) = (entry for entry in entries if "Follow-up" in entry.name)
        assert own.name == "CTE Follow-up" and own.current
    assert client.get("/screens/", {"find": "call list"})["Location"] == CALLS
