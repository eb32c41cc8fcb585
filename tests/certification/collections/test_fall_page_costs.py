"""A page of the follow-up and of its certification costs what its own district's leavers cost
(design D9): with the leavers of another district multiplied, no page touches more blocks; with its
own multiplied, no page asks more statements.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certification.collections.fall.leaver_lists import PLACED
from cte_portal.accounts.models import User
from pathways.certified import certified
from pathways.follow_up.drawing import draw_line
from pathways.follow_up.lines import bring_to
from pathways.follow_up.population import population
from pathways.lists import publish
from pathways.models import FollowUpYear, Student
from pathways.reports.groups import FALL
from tests.certification.collections.crowd import crowd
from tests.certification.ready_fall import ReadyFall
from tests.cte_portal.access.test_access import undone
from tests.fixtures import people, records
from tests.fixtures.certification import make_fall_event
from tests.fixtures.quick.standing import stands
from tests.fixtures.quick.worlds import Standing, world
from tests.fixtures.records import District_
from tests.pathways.blocks import (
    BOTH,
    READS,
    WRITES,
    Touched,
    analyze,
    is_postgresql,
    rewrite,
    take_time,
    touched,
    watched,
)
from tests.pathways.test_query_counts import built_at_most

MORE, SLACK = 100, 1.3
"""Indexes over more rows are a level higher, once a look-up."""


@pytest.fixture
@stands
def fall(cottonwood: District_, clerk: User, kayla: Student) -> ReadyFall:
    return ready_fall(cottonwood, clerk, kayla)


def ready_fall(cottonwood: District_, clerk: User, kayla: Student) -> ReadyFall:
    """Kayla's line is ready to be certified, and the district has a few more."""
    ready = ReadyFall(cottonwood, make_fall_event(), clerk)
    ready.record(kayla)
    ready.prepare()
    publish.publish()
    crowd(cottonwood, 12, 100_000_000)
    return ready


def pages(fall: ReadyFall, kayla: Student) -> list[str]:
    """Of the list, a leaver, the results of many calls, the rates, reports, sending, and
    certifying.
    """
    line = fall.entry(kayla).pk
    calls = f"{fall.place}cte-follow-up/"
    listed = f"{fall.path}lists/{PLACED}/"
    return [
        f"{calls}list/",
        calls,
        f"{calls}?show=open&sort=attempts",
        f"{calls}?show=answered",
        f"{calls}{line}/",
        f"{calls}{line}/outcome/",
        f"{calls}entry/",
        f"{calls}differences/",
        f"{calls}elsewhere/",
        f"{fall.place}data-validation-reports/",
        *(f"{fall.place}data-validation-reports/?report={report.slug}" for report in FALL.reports),
        f"{fall.place}mt-data-upload/",
        f"{fall.place}mt-extracts/",
        fall.path,
        f"{fall.path}snapshot/",
        f"{fall.path}changes/",
        listed,
        f"{listed}file/",
        f"{fall.place}event-certification/status/",
        "/districts/9012/2025/",
        "/districts/9012/2025/resync/",
    ]


def visit(client: Client, address: str) -> None:
    """A page that nothing has been kept for; whatever it does is taken back."""
    cookies = client.cookies.copy()
    cache.clear()
    with undone():
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[arg-type]
    client.cookies = SimpleCookie(cookies)


def asked(client: Client, address: str) -> int:
    with ExitStack() as stack:
        captured = [
            stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in BOTH
        ]
        visit(client, address)
    return sum(map(len, captured))


def read(client: Client, address: str) -> Touched:
    with touched() as page:
        visit(client, address)
    return page


def of_each(fall: ReadyFall, kayla: Student, cost: Callable[[Client, str], Any]) -> dict[str, Any]:
    client = Client()
    client.force_login(fall.clerk)
    visit(client, fall.path)
    return {address: cost(client, address) for address in pages(fall, kayla)}


def test_a_page_asks_as_many_statements_for_five_times_the_leavers(
    fall: ReadyFall, kayla: Student, cottonwood: District_
) -> None:
    few = of_each(fall, kayla, asked)
    crowd(cottonwood, 48, 200_000_000)
    many = of_each(fall, kayla, asked)
    dearer = {page: (few[page], many[page]) for page in few if many[page] > few[page]}
    assert not dearer


def test_home_reads_the_leavers_once_an_edition_and_builds_hardly_a_statement(
    fall: ReadyFall, kayla: Student
) -> None:
    """All that stands in the way of Fall's signature is asked there, each time anew."""
    home, client = "/districts/9012/2025/", Client()
    client.force_login(fall.clerk)
    client.get(home)
    with CaptureQueriesContext(connections["default"]) as queries, built_at_most(5):
        page = client.get(home)
    assert "Certify &amp; Submit: Fall CTE" in page.content.decode()
    attempts = [query for query in queries if 'FROM "pathways_attempt"' in query["sql"]]
    assert len(attempts) == 3


def drawn(fall: ReadyFall, kayla: Student, *, single: bool) -> Touched:
    """A list that is drawn again, whole or for one student; it is taken back."""
    year = FollowUpYear.objects.get(pk=fall.scope.end_year)
    page = Touched((*READS, *WRITES, "CREATE"))
    with undone(), watched(page, "default"):
        if single:
            draw_line(fall.scope, year, kayla.pk)
        else:
            sealed = certified().sealed_concentrators(fall.scope)
            bring_to(population(fall.scope, year, sealed), timezone.now())
    return page


@dataclass
class Costs:
    """Of pages by their addresses, and of a list that is drawn for one student or whole."""

    pages: list[dict[str, Touched]] = field(default_factory=list)
    lists: list[dict[bool, Touched]] = field(default_factory=list)


@pytest.fixture(scope="module")
def costs(django_db_setup: None, django_db_blocker: Any) -> Costs:
    """Pages with 1,000 leavers of another district and with 5,000, lists with 1,000 and with
    12,000.
    """
    with django_db_blocker.unblock():
        rewrite()
    measured = Costs()
    with world(django_db_blocker):
        standing = Standing(people, records)
        elsewhere, kayla = standing["elsewhere"], standing["kayla"]
        fall = ready_fall(standing["cottonwood"], standing["clerk"], kayla)
        take_time()

        def draw() -> None:
            line, whole = (drawn(fall, kayla, single=single) for single in (True, False))
            measured.lists.append({True: line, False: whole})

        crowd(elsewhere, 1_000, 200_000_000)
        analyze(by_index=True)
        measured.pages.append(of_each(fall, kayla, read))
        draw()
        crowd(elsewhere, 4_000, 300_000_000)
        analyze(by_index=False)
        measured.pages.append(of_each(fall, kayla, read))
        crowd(elsewhere, 7_000, 400_000_000)
        analyze(by_index=False)
        draw()
    return measured


@pytest.mark.fresh
@pytest.mark.skipif(not is_postgresql(), reason="EXPLAIN (BUFFERS) is PostgreSQL's")
def test_no_page_reads_the_leavers_of_another_district(costs: Costs) -> None:
    before, after = costs.pages
    dearer = []
    for page, now in after.items():
        once = before[page]
        if now.total > once.total * SLACK + MORE:
            dearer.append(f"{page}: {once.total} blocks, now {now.total}; most: {now.dearest}")
    assert not dearer, "\n".join(dearer)
    assert sum(once.total for once in before.values()) > 1_000


@pytest.mark.fresh
@pytest.mark.skipif(not is_postgresql(), reason="EXPLAIN (BUFFERS) is PostgreSQL's")
@pytest.mark.parametrize("single", [True, False])
def test_a_list_is_drawn_without_the_leavers_of_another_district(
    costs: Costs, single: bool
) -> None:
    before, now = (lists[single] for lists in costs.lists)
    assert before.total
    assert not now.whole
    assert now.total <= before.total * SLACK + MORE, (before.total, now.total, now.dearest)
