"""The Batch Queue List as a list that a person works from: sorted, narrowed, with chosen columns,
as a file, and saved under a name.
"""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import SavedList, User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.submit import submit
from tests.fixtures.records import District_
from tests.listing import file_of, heads
from tests.pathways.test_query_counts import at_most

PAGE = "/districts/9012/2025/batches/"


@pytest.fixture
def desk(
    client: Client, clerk: User, second_clerk: User, cottonwood: District_, elsewhere: District_
) -> Client:
    """A resync of ten days ago, ended; an extract of today by somebody else, waiting; and one of
    another district.
    """
    old = submit("extract", by=clerk, title="Resync", subject="=1+1", scope=cottonwood.scope)
    Batch.objects.filter(pk=old.pk).update(
        queued_at=timezone.now() - datetime.timedelta(days=10),
        finished_at=timezone.now(),
        status=Status.COMPLETED,
        sentence="Nothing was left out.",
    )
    submit("extract", by=second_clerk, title="MT Extracts", scope=cottonwood.scope)
    submit("extract", by=clerk, title="Elsewhere", scope=elsewhere.scope)
    client.force_login(clerk)
    return client


def page(desk: Client, query: str = "") -> str:
    answer = desk.get(PAGE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def titles(html: str) -> list[str]:
    return re.findall(r'<a id="batch-[^>]*>([^<]*)</a>', html)


def test_it_is_sorted_and_narrowed(desk: Client) -> None:
    today = f"{timezone.localdate():%m/%d/%Y}"
    for query, expected in (
        ("", ["MT Extracts", "Resync"]),
        ("?sort=queued", ["Resync", "MT Extracts"]),
        ("?sort=title", ["MT Extracts", "Resync"]),
        ("?sort=-title", ["Resync", "MT Extracts"]),
        ("?sort=by", ["MT Extracts", "Resync"]),
        ("?sort=-by", ["Resync", "MT Extracts"]),
        ("?sort=status", ["Resync", "MT Extracts"]),
        ("?title=Resync", ["Resync"]),
        ("?status=queued", ["MT Extracts"]),
        ("?by=me", ["Resync"]),
        (f"?first={today}", ["MT Extracts"]),
        ("?title=Elsewhere", []),
        ("?first=x", []),
        ("?status=x&by=%00&rows=7&sort=x&page=-1&title=%00", []),
    ):
        assert titles(page(desk, query)) == expected, query


def test_columns_are_chosen_and_the_job_stays(desk: Client) -> None:
    standard = ["Queue Time", "Report Title", "Submitted by", "Status", "Download"]
    assert heads(page(desk)) == standard
    html = page(desk, "?columns=finished&columns=status")
    assert heads(html) == ["Report Title", "Status", "Finished"]
    assert len(titles(html)) == 2


def test_it_asks_again_the_way_it_is_looked_at(desk: Client) -> None:
    """The refreshed rows are those of the same filter, order and columns."""
    query = "?sort=-title&columns=status&rows=200"
    (asking,) = re.findall(r'hx-get="([^"]*)"', page(desk, query))
    assert asking.replace("&amp;", "&") == PAGE + query
    assert not re.findall(r"hx-get", page(desk, "?title=Resync")), "nothing of it runs"


def test_it_goes_out_as_a_file(desk: Client, viewer: User) -> None:
    query = "?sort=-title&columns=title&columns=by&columns=status&status=completed"
    (address,) = re.findall(r'href="([^"]*/file/csv/[^"]*)"', page(desk, query))
    assert file_of(desk.get(address.replace("&amp;", "&"))) == [
        ["Report Title", "Submitted by", "Status"],
        ["Resync: =1+1", "MARTIN, CHERYL", "Completed. Nothing was left out."],
    ]
    everything = file_of(desk.get(f"{PAGE}file/csv/"))
    assert [row[1] for row in everything[1:]] == ["MT Extracts", "Resync: =1+1"]
    assert desk.get(f"{PAGE}file/xlsx/").status_code == 200
    assert desk.get(f"{PAGE}file/pdf/").status_code == 404
    desk.force_login(viewer)
    assert desk.get(f"{PAGE}file/csv/").status_code == 403


def test_it_is_saved_under_a_name(desk: Client) -> None:
    address = f"{PAGE}?title=Resync&sort=-queued&queue-by=me&page=2"
    kept = desk.post(
        "/districts/9012/2025/saved-lists/", {"address": address, "name": "Sent"}, follow=True
    )
    assert "The list was saved." in kept.content.decode()
    saved = SavedList.objects.get()
    assert (saved.path, saved.query) == ("batches/", "title=Resync&sort=-queued")


def test_a_page_has_fifty_and_costs_the_same_for_two_hundred(
    desk: Client, clerk: User, cottonwood: District_
) -> None:
    page(desk, "?rows=200")
    with at_most(16):
        page(desk, "?rows=200")
    for _ in range(60):
        submit("extract", by=clerk, title="More", scope=cottonwood.scope)
    html = page(desk)
    assert len(titles(html)) == 50 and re.search(r'rel="next">Next 12</a>', html)
    with at_most(17):
        assert len(titles(page(desk, "?rows=200"))) == 62
