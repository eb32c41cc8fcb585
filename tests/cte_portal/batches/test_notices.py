"""Who looks elsewhere is told on the next page that a job has ended, or what else has happened
(walk 21; guide, Step Three).
"""

from __future__ import annotations

import datetime

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Notice
from cte_portal.batches.running import run
from cte_portal.batches.submit import cancel, submit
from pathways.models import Student
from tests.fixtures.records import District_
from tests.fixtures.uploads import file, line

HOME = "/districts/9012/2025/"
ENDED = "MT Data Upload for 9012: completed"


def notices(client: Client, path: str = HOME, **headers: str) -> list[str]:
    html = client.get(path, headers=headers).content.decode()
    return [
        part.split("<p>")[1].split("<a")[0].strip()
        for part in html.split('<div class="banner')[1:]
        if "data-put-away" in part
    ]


@pytest.fixture
def queued(cottonwood: District_, clerk: User, kayla: Student) -> Batch:
    content = ContentFile(file(line()))
    return submit(
        "upload",
        by=clerk,
        title="MT Data Upload",
        subject="Kayla Anderson.tsv",
        scope=cottonwood.scope,
        content=content,
        options={"work": "upload", "type": "cte-eoy"},
    )


def test_the_end_of_a_job_is_said_once_on_the_next_page(
    client: Client, clerk: User, second_clerk: User, queued: Batch
) -> None:
    """walk 21: to who submitted it, with a link, without script, and no file name or student in
    it.
    """
    client.force_login(clerk)
    assert notices(client) == []
    run(queued.pk)
    part = notices(client, **{"HX-Request": "true"})
    assert part == [], "a page that refreshes a part of itself by itself shows nobody anything"
    (notice,) = notices(client)
    assert notice.startswith(ENDED) and notices(client) == []
    assert queued.subject not in Notice.objects.get().text
    client.force_login(second_clerk)
    assert notices(client) == []


def test_who_opens_the_jobs_own_page_needs_no_notice(
    client: Client, clerk: User, queued: Batch
) -> None:
    """walk 21"""
    run(queued.pk)
    client.force_login(clerk)
    assert notices(client, f"{HOME}batches/{queued.pk}/") == [] and notices(client) == []


def test_who_cancels_is_not_told_and_who_is_canceled_is(
    client: Client, clerk: User, queued: Batch
) -> None:
    """walk 21"""
    cancel(queued, by=clerk.record_name)
    assert not Notice.objects.exists()


def test_an_open_page_asks_and_the_count_is_true(
    client: Client, clerk: User, queued: Batch
) -> None:
    """walk 21: the badge, by a request that keeps no session alive."""
    client.force_login(clerk)
    client.get(HOME)
    headers = {"HX-Request": "true", "X-News": "true"}
    assert "1<span" in client.get("/news/", headers=headers).content.decode()
    run(queued.pk)
    answer = client.get("/news/", headers=headers).content.decode()
    assert "running</span>" not in answer and ENDED in answer
    assert notices(client) == []
    assert client.post("/news/put-away/", {"next": HOME})["Location"] == HOME
    assert client.post("/news/put-away/", {"next": "https://example.org/"})["Location"] == "/"


def test_old_notices_can_be_cleaned_away(clerk: User) -> None:
    """walk 21"""
    for days in (31, 29):
        at = timezone.now() - datetime.timedelta(days=days)
        Notice.objects.create(user=clerk, key=str(days), kind="info", text="x", path="/", at=at)
    assert [notice.key for notice in Notice.objects.old()] == ["31"]
