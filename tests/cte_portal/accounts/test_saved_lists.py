"""V-07: how a person looks at a list is kept under a name, and its link says nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import SavedList, User
from cte_portal.accounts.models.saved_list import MOST_SAVED
from tests.fixtures.records import District_
from tests.listing import heads, names

SAVED = "/districts/9012/2025/saved-lists/"
PAGE = "/districts/9012/2025/student-list/"
QUERY = "?grade=12&sort=-student&columns=student&columns=grade"


@pytest.fixture
def desk(client: Client, cottonwood: District_, clerk: User) -> Client:
    for number, (last, grade) in enumerate((("Abbott", "12"), ("Baker", "09"), ("Cole", "12"))):
        cottonwood.student(f"99900070{number}", last).enrollments.update(grade=grade)
    client.force_login(clerk)
    return client


def save(desk: Client, address: str = PAGE + QUERY, name: str = "Seniors", **more: Any) -> str:
    answer = desk.post(SAVED, {"address": address, "name": name, **more}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_list_is_saved_opened_again_and_removed(desk: Client) -> None:
    page = save(desk, name="  Seniors,  last first ")
    assert "The list was saved." in page and "Saved lists (1)" in page
    (link,) = re.findall(rf'<a href="({SAVED}[^"]*)">Seniors, last first</a>', page)
    assert re.fullmatch(rf"{SAVED}[\w-]{{16}}/", link), "an opaque id and nothing else"
    opened = desk.get(link, follow=True).content.decode()
    assert names(opened) == ["COLE", "ABBOTT"] and heads(opened) == ["Student", "Grade"]
    in_another_year = desk.get(link.replace("2025", "2024"))
    assert in_another_year["Location"].startswith(PAGE.replace("2025", "2024") + "?grade=12")
    gone = desk.post(f"{link}remove/", {"address": PAGE}, follow=True).content.decode()
    assert "The saved list was removed." in gone and "Seniors" not in gone
    assert desk.post(f"{link}remove/", {"address": PAGE}).status_code == 302, "twice"
    assert desk.get(link).status_code == 404


def test_a_name_is_kept_once_for_each_list(desk: Client) -> None:
    save(desk)
    save(desk, PAGE + "?grade=9")
    assert [saved.query for saved in SavedList.objects.all()] == ["grade=9"], "the last one counts"
    save(desk, "/districts/9012/2025/roster-worklist/unlike-transcript/?sort=grade")
    assert SavedList.objects.count() == 2
    assert "Saved lists (1)" in desk.get(PAGE).content.decode(), "each list has its own"


def test_nothing_but_the_filter_is_kept(desk: Client) -> None:
    save(desk, PAGE + "?grade=12&name=Anderson&page=3&sort=" + "x" * 61 + "&school=%00")
    assert SavedList.objects.get().query == "grade=12"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://example.org/districts/9012/2025/student-list/",
        "//example.org/districts/9012/2025/student-list/",
        "/districts/0965/2025/student-list/",
        "/districts/9012/2025/student-list/file/csv/",
        "/districts/9012/2025/cte-concentrator/",
        "/districts/9012/2025/nowhere/",
        "/districts/9012/2025/../../0965/2025/student-list/",
        "student-list",
    ],
)
def test_only_lists_of_the_district_are_saved(
    desk: Client, elsewhere: District_, address: str
) -> None:
    answer = desk.post(SAVED, {"address": address, "name": "X"})
    assert answer["Location"] == "/districts/9012/2025/"
    assert not SavedList.objects.exists()


def test_it_needs_a_name_and_there_is_an_end_to_them(desk: Client) -> None:
    for name in ("", "   ", "x" * 61, "a\x00b"):
        assert "The list was not saved." in save(desk, name=name)
    save(desk, name="Nr 0")
    kept = SavedList.objects.get()
    for number in range(1, MOST_SAVED):  # as if she had saved them too
        SavedList.objects.save_as(
            kept.user_id, kept.district, kept.path, f"Nr {number}", kept.query
        )
    assert "Remove one first" in save(desk, name="One more")
    assert "The list was saved." in save(desk, PAGE + "?grade=9", "Nr 3"), "in place of another"
    assert SavedList.objects.count() == MOST_SAVED


def test_a_link_works_for_the_district_and_nobody_else(
    desk: Client, client: Client, viewer: User, stranger: User, elsewhere: District_
) -> None:
    save(desk)
    token = SavedList.objects.get().token
    client.force_login(viewer)
    shared = client.get(f"{SAVED}{token}/", follow=True).content.decode()
    assert names(shared) == ["COLE", "ABBOTT"] and "Saved lists (1)" not in shared
    client.post(f"{SAVED}{token}/remove/", {"address": PAGE})
    assert SavedList.objects.exists(), "it is the clerk's"
    client.force_login(stranger)
    assert client.get(f"{SAVED}{token}/").status_code == 404
    assert client.get(f"/districts/0965/2025/saved-lists/{token}/").status_code == 404


def test_opi_saves_its_list_of_people(
    client: Client, keeper: User, opi: User, clerk: User, administrator: User
) -> None:
    """The same names are kept apart from a district's, and only who keeps people follows a link."""
    client.force_login(keeper)
    page, shelf = "/opi/people/", "/opi/saved-lists/"
    address = f"{page}?role=data-clerk&sort=-username&columns=username&bad=1"
    saved = client.post(shelf, {"address": address, "name": "Clerks"}, follow=True).content.decode()
    assert "The list was saved." in saved and "Saved lists (1)" in saved
    (link,) = re.findall(rf'<a href="({shelf}[^"]*)">Clerks</a>', saved)
    assert re.fullmatch(rf"{shelf}[\w-]{{16}}/", link)
    opened = client.get(link)
    assert opened["Location"] == f"{page}?role=data-clerk&sort=-username&columns=username"
    wrong = (
        "/opi/people/file/csv/",
        "/opi/audit/",
        "/districts/9012/2025/people/",
        "/opi/nothing/",
    )
    for other in (*wrong, "https://example.org/opi/people/"):
        refused = client.post(shelf, {"address": other, "name": "Clerks"}, follow=True)
        assert "This list cannot be saved." in refused.content.decode()
    assert [(kept.district, kept.path) for kept in SavedList.objects.all()] == [("", "people/")]
    client.force_login(opi)
    assert client.get(link).status_code == 403
    client.force_login(administrator)
    assert client.get(link.replace("/opi/", "/districts/9012/2025/")).status_code == 404
    client.force_login(keeper)
    gone = client.post(f"{link}remove/", {"address": page}, follow=True).content.decode()
    assert "The saved list was removed." in gone and not SavedList.objects.exists()
