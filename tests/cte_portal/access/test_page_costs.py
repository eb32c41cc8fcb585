"""A page costs what its district costs (design D9): every page of the access matrix, opened, sent
empty, and sent as people send it all day, with the rows of another district multiplied. OPI's pages
are of all districts: they cost what there are of these, and not what there are of students.
"""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Change, Participation, Pathway
from pathways.resync.seen import seen
from tests.by_hand.kill_people import form_with
from tests.cte_portal.access import districts
from tests.cte_portal.access.access_matrix import DISTRICT, STATEWIDE
from tests.cte_portal.access.test_access import (
    address,
    draw_refusals_once,
    statewide_address,
    undone,
)
from tests.fixtures import people, records
from tests.fixtures.quick.worlds import Standing, world
from tests.fixtures.records import BUSINESS
from tests.pathways.blocks import (
    Touched,
    analyze,
    crowd,
    grow,
    is_postgresql,
    rewrite,
    take_time,
    touched,
)

MORE = 60  # blocks: indexes over more rows are a level higher, once a look-up
SLACK = 1.3
HIGHER = {"roster-worklist-file": 1.5, "findings-file": 1.5}
"""A file is little more than the list's own statement, which looks up several indexes a record:
their upper levels grow with the state, so that blocks rise by more than on a page.
"""


COUNT_ALL_RECORDS = (
    "validation-of-all",
    "shared-students",
    "approvals-of-pathway",
    "approvals-csv",
    "admin:pathways_district_changelist",
    "admin:pathways_district_change",
    "admin:pathways_pathway_changelist",
)
"""OPI's pages that are figures of every student's records."""


LISTS = {
    "roster-worklist": (
        "?sort=-school&rows=200&grade=12",
        "?sort=grade&columns=student&columns=school",
        "?sort=pathway&show=later",
    ),
    "roster-worklist-of": ("?sort=-total&since=01/01/2025", "?sort=modified"),
    "student-list": (
        "?sort=-school&rows=200&grade=12",
        "?sort=records&without_record=on",
        "?sort=-modified&since=01/01/2025",
    ),
    "school": ("?sort=-standing&standing=missing", "?sort=grade&grade=12"),
    "findings": (
        "?level=all&sort=-school&rows=200&grade=12",
        "?by=rule&sort=grade&since=01/01/2025&columns=school&columns=modified",
    ),
    "batch-queue": ("?sort=-title&rows=200&status=completed", "?sort=by&columns=finished"),
    "batch-queue-file": ("?sort=status",),
    "findings-file": ("?level=all&sort=-level",),
    "district-people": ("?sort=-last_login&role=viewer", "?sort=username&find=a"),
    "student-list-file": ("?sort=-grade",),
    "roster-worklist-file": ("?sort=-school",),
}
"""Lists that a person sorts and narrows."""

SENT: dict[str, tuple[str, dict[str, str]]] = {
    "cte-concentrator": ("term", {"term": "an"}),
    "cte-record": ("in_district_credits", {"in_district_credits": "1.25", "then": "stay"}),
    "cte-record-new": ("in_district_credits", {"in_district_credits": "1.25", "then": "stay"}),
    "cte-record-delete": ("version", {}),
    "roster-worklist": ("do", {"do": "later"}),
    "resync": ("key", {"everything": "on"}),
    "mt-extracts": ("key", {"type": "cte-eoy", "format": "tsv"}),
}
"""Forms by a field that they have, and what is typed into them; the rest is sent as it stands."""


def filled(client: Client, record: Participation, name: str) -> dict[str, Any]:
    """A form as a browser sends it, with what only the page itself knows."""
    field, typed = SENT[name]
    page = client.get(address(name, record)).content.decode()
    fields: dict[str, Any] = {**form_with(page, field), **typed}
    if name == "cte-record-new":
        fields["pathway"] = Pathway.objects.get(name=BUSINESS).pk
    if name == "roster-worklist":
        fields["chosen"] = re.findall(r'name="chosen" value="([^"]+)"', page)[:1]
    return fields


def person_who_opens(name: str) -> str:
    """Of OPI; nobody where a page counts all records, or shows none."""
    seen = (role for role in ("opi", "keeper") if STATEWIDE[name]["GET"][role] == 200)
    return "" if name in COUNT_ALL_RECORDS else next(seen, "")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def signed_in(user: User, record: Participation) -> Client:
    """A browser whose session knows the district."""
    client = browser(user)
    assert client.get(address("cte-record", record)).status_code == 200
    return client


def costs(
    client: Client,
    record: Participation,
    name: str,
    method: str,
    query: str = "",
    fields: dict[str, Any] | None = None,
    again: bool = False,
) -> Touched:
    """Of a page that nothing has been kept for; of a file, to its end. Whatever it does to the
    session is taken back. What is sent with `fields` is accepted, and undone. `again` asks a
    process that has looked at the ledgers before.
    """
    cookies = client.cookies.copy()
    cache.clear()
    if not again:
        seen().until = 0
    place = statewide_address(name) if name in STATEWIDE else address(name, record)
    with undone(), touched(writes=fields is not None) as page:
        if fields is None:
            answer = client.generic(method, place + query)
        else:
            answer = client.post(place, fields)
            assert answer.status_code == 302, (name, answer.content.decode()[-20_000:])
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[arg-type]
    client.cookies = SimpleCookie(cookies)
    return page


Costs = dict[Any, Touched]


@pytest.fixture(scope="module")
def measured(django_db_setup: None, django_db_blocker: Any) -> list[Costs]:
    """What pages and forms cost, before and after the other district has five times the rows and,
    but for OPI's pages, five times the people: a page by its name, method and query, a form by its
    name.
    """
    with django_db_blocker.unblock():
        rewrite()
    with world(django_db_blocker):
        standing = Standing(people, records, districts)
        record, user = standing["record"], standing["cast"]["administrator"]
        take_time()
        grow(standing["cottonwood"], 40, 100_000_000)
        grow(standing["elsewhere"], 1_500, 200_000_000)
        crowd(standing["elsewhere"], 1_500, 200_000_000)
        pages = [(name, method, "") for name in DISTRICT for method in ("GET", "POST")]
        pages += [(name, "GET", query) for name, queries in LISTS.items() for query in queries]
        analyze(by_index=True)
        client = signed_in(user, record)
        by = {name: person_who_opens(name) for name in STATEWIDE}
        opi = {role: browser(standing["cast"][role]) for role in {*by.values()} - {""}}
        forms = {name: filled(client, record, name) for name in SENT}

        def of_opi() -> Costs:
            by_page: Costs = {
                (name, "GET", ""): costs(opi[role], record, name, "GET")
                for name, role in by.items()
                if role
            }
            board = costs(opi["opi"], record, "status-board", "GET")
            board_again = costs(opi["opi"], record, "status-board", "GET", again=True)
            return {**by_page, "board": board, "board again": board_again}

        def of_district() -> Costs:
            # The first page that refuses is measured with the frame that all of them have.
            with pytest.MonkeyPatch.context() as patch:
                draw_refusals_once(patch, {})
                by_page: Costs = {page: costs(client, record, *page) for page in pages}
            by_form = {
                name: costs(client, record, name, "POST", fields=fields)
                for name, fields in forms.items()
            }
            return {**by_page, **by_form}

        before = {**of_opi(), **of_district()}
        grow(standing["elsewhere"], 6_000, 300_000_000)
        analyze(by_index=False)
        after = of_opi()  # it lists everybody's accounts
        crowd(standing["elsewhere"], 6_000, 300_000_000)
        analyze(by_index=False)
        after |= of_district()
        # Most rows are the other one's, and now those of this one are newer.
        grow(standing["cottonwood"], 400, 400_000_000)
        analyze(by_index=False)
        with touched() as last:
            Change.objects.cursor(standing["elsewhere"].scope.district)
        return [before, after, {"last": last}]


@pytest.mark.fresh
@pytest.mark.skipif(not is_postgresql(), reason="EXPLAIN (BUFFERS) is PostgreSQL's")
def test_no_page_reads_the_rows_of_another_district(measured: list[Costs]) -> None:
    before, after, _ = measured
    dearer = []
    for page, once in before.items():
        now = after[page]
        if page not in SENT and now.total > once.total * HIGHER.get(page[0], SLACK) + MORE:
            dearer.append(f"{page}: {once.total} blocks, now {now.total}; most: {now.dearest}")
    assert not dearer, "\n".join(dearer)
    assert sum(once.total for once in before.values()) > 10_000


@pytest.mark.fresh
@pytest.mark.skipif(not is_postgresql(), reason="EXPLAIN (BUFFERS) is PostgreSQL's")
def test_nothing_that_is_sent_reads_the_rows_of_another_district(measured: list[Costs]) -> None:
    """What is written counts too: an UPDATE looks for its rows as a SELECT does."""
    before, after, _ = measured
    for name in SENT:
        once, now = before[name].total, after[name]
        assert once and now.total <= once * SLACK + MORE, (name, once, now.total, now.dearest)
        assert not now.whole, (name, now.whole)


@pytest.mark.fresh
@pytest.mark.skipif(not is_postgresql(), reason="EXPLAIN (BUFFERS) is PostgreSQL's")
def test_the_last_change_of_a_large_district_is_not_looked_for_among_newer_ones(
    measured: list[Costs],
) -> None:
    """Where a district has most of the ledger, to read it backward seems the shorter way."""
    *_, ledger = measured
    assert len(ledger["last"].statements) == 1 and not ledger["last"].passed_over
