"""A page costs what its district costs (design D9): every page of the access matrix, with the rows
of another district multiplied.
"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Participation
from tests.cte_portal.access.access_matrix import DISTRICT
from tests.cte_portal.access.test_access import address, cast, record, undone
from tests.fixtures.records import District_
from tests.pathways.blocks import Touched, analyze, grow, is_postgresql, touched, vacuum

__all__ = ["cast", "record"]  # fixtures

MORE = 60  # blocks: indexes over more rows are a level higher, once a look-up
SLACK = 1.3


def costs(user: User, record: Participation, name: str, method: str) -> Touched:
    """Of a page that nothing has been kept for."""
    client = Client()
    client.force_login(user)
    client.get(address("cte-record", record))  # the session knows the district
    cache.clear()
    with undone(), touched() as page:
        client.generic(method, address(name, record))
    return page


@pytest.mark.skipif(not is_postgresql(), reason="EXPLAIN (BUFFERS) is PostgreSQL's")
def test_no_page_reads_the_rows_of_another_district(
    record: Participation, cast: dict[str, User | None], cottonwood: District_, elsewhere: District_
) -> None:
    vacuum()
    grow(cottonwood, 40, 100_000_000)
    grow(elsewhere, 1_500, 200_000_000)
    analyze(by_index=True)
    user = cast["administrator"]
    assert user is not None
    pages = [(name, method) for name in DISTRICT for method in ("GET", "POST")]
    before = {page: costs(user, record, *page) for page in pages}
    grow(elsewhere, 6_000, 300_000_000)
    analyze(by_index=False)
    dearer = []
    for page, once in before.items():
        now = costs(user, record, *page)
        if now.total > once.total * SLACK + MORE:
            dearer.append(f"{page}: {once.total} blocks, now {now.total}; most: {now.dearest}")
    assert not dearer, "\n".join(dearer)
