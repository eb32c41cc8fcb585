"""What the Batch Queue List says when nothing is to be shown, and how long it asks (J-06, G-21)."""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.submit import submit
from tests.fixtures.records import District_

QUEUE, RESYNC = "/districts/9012/2025/batches/", "/districts/9012/2025/resync/"


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


@pytest.fixture
def batch(cottonwood: District_, clerk: User) -> Batch:
    return submit("extract", by=clerk, title="MT Extracts", scope=cottonwood.scope)


def test_j_06_what_is_swapped_is_what_asks_again_so_that_it_ends(
    desk: Client, batch: Batch
) -> None:
    def asks(page: str) -> list[str]:
        return [tag for tag in re.findall(r"<[^>]+>", page) if "hx-" in tag]

    (asking,) = asks(desk.get(QUEUE).content.decode())
    assert (
        'id="batch-queue-rows"' in asking
        and 'hx-trigger="every 3s"' in asking
        and 'hx-swap="outerHTML"' in asking
    )
    Batch.objects.update(status=Status.COMPLETED, finished_at=timezone.now())
    assert asks(desk.get(QUEUE).content.decode()) == []


def test_g_21_a_filter_that_hides_every_job_is_named(desk: Client, batch: Batch) -> None:
    def sentence_of(query: str, page: str = QUEUE) -> str:
        match = re.search(
            r'<div class="empty">\s*<p><strong>(.*?)</strong>',
            desk.get(page + query).content.decode(),
        )
        return match[1] if match else ""

    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    assert sentence_of(f"?last={yesterday:%m/%d/%Y}") == "No jobs in this period. Change the dates."
    for query in ("?status=failed", f"?status=failed&last={yesterday:%m/%d/%Y}"):
        assert sentence_of(query) == "No jobs match. Change the dates, Status, or By."
    assert sentence_of("") == sentence_of("?rows=50") == ""
    assert sentence_of("?queue-status=failed", RESYNC) == "Nothing in the queue", (
        "of this kind nothing was submitted"
    )
    Batch.objects.all().delete()
    assert (
        sentence_of("")
        == sentence_of(f"?last={yesterday:%m/%d/%Y}")
        == sentence_of("?status=failed")
        == "Nothing in the queue"
    )
