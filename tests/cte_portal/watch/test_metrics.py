"""What a monitoring system collects: for who has the token, numbers alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import submit
from cte_portal.watch.models import Checkup, Heartbeat
from tests.fixtures.records import District_

PATH, TOKEN = "/metrics", "5f" * 32
LINE = re.compile(
    r'cte_portal_[a-z0-9_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? [0-9.e+-]+'
)


@pytest.fixture
def token(settings: Any) -> dict[str, str]:
    settings.METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


def test_without_a_token_there_are_no_metrics(client: Client, db: None) -> None:
    assert client.get(PATH, headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer ", f"Bearer {TOKEN[:-1]}", TOKEN])
def test_a_wrong_token_gets_nothing(
    sent: str, client: Client, token: dict[str, str], opi: User
) -> None:
    client.force_login(opi)
    answer = client.get(PATH, headers={"Authorization": sent})
    assert answer.status_code == 401 and b"cte_portal" not in answer.content


def test_metrics_are_numbers_of_parts_and_jobs_and_name_nobody(
    running: None,
    client: Client,
    token: dict[str, str],
    clerk: User,
    cottonwood: District_,
    kayla: Any,
) -> None:
    """P-01: no district, name or id of a student stands in them."""
    for subject in ("9012 LARSEN.tsv", "x.tsv"):
        submit("extract", by=clerk, title="X", subject=subject, scope=cottonwood.scope)
    Batch.objects.filter(subject="x.tsv").update(kind='odd "kind"')
    Checkup.objects.note("mail", good=False, sentence="Does not answer.")
    answer = client.get(PATH, headers=token)
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4") and not answer.cookies
    lines = answer.content.decode().splitlines()
    samples = [line for line in lines if not line.startswith("# TYPE cte_portal_")]
    assert all(LINE.fullmatch(line) for line in samples), samples
    assert "cte_portal_status 1.0" in samples
    assert 'cte_portal_part_status{part="Mail server"} 1.0' in samples
    assert 'cte_portal_part_status{part="Dispatcher"} 0.0' in samples
    assert 'cte_portal_jobs_waiting{part="Jobs"} 2.0' in samples
    assert 'cte_portal_jobs_24h{kind="extract",status="queued"} 1.0' in samples
    assert 'cte_portal_jobs_24h{kind="unknown",status="queued"} 1.0' in samples
    assert any(line.startswith("cte_portal_districts_unsent") for line in samples)
    assert any(line.startswith("cte_portal_heartbeat_age_seconds") for line in samples)
    body = answer.content.decode()
    assert not re.search(r"9012|Cottonwood|larsen|kayla|cmartin|tsv", body, re.IGNORECASE)


def test_metrics_answer_while_a_part_is_down(
    client: Client, token: dict[str, str], running: None
) -> None:
    Heartbeat.objects.all().delete()
    body = client.get(PATH, headers=token).content.decode()
    assert 'cte_portal_part_status{part="Dispatcher"} 1.0' in body
