"""What a monitoring system collects: for who has the token, numbers alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import submit
from cte_portal.watch.models import Checkup, Heartbeat
from cte_portal.watch.outside.pages import REGISTRY
from tests.cte_portal.test_set_up import ROOT, bare
from tests.fixtures.records import District_

PATH, TOKEN = "/metrics", "5f" * 32
HEADS = ("# HELP cte_portal_", "# TYPE cte_portal_")
LINE = re.compile(
    r'cte_portal_[a-z0-9_]+(\{[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*\})? [0-9.e+-]+'
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
    samples = [line for line in lines if not line.startswith(HEADS)]
    assert all(LINE.fullmatch(line) for line in samples), samples
    assert "cte_portal_status 1.0" in samples
    assert 'cte_portal_part_status{part="Mail server"} 1.0' in samples
    assert 'cte_portal_part_status{part="Dispatcher"} 0.0' in samples
    assert 'cte_portal_jobs_waiting{part="Jobs"} 2.0' in samples
    assert 'cte_portal_jobs_24h{kind="extract",status="queued"} 1.0' in samples
    assert 'cte_portal_jobs_24h{kind="unknown",status="queued"} 1.0' in samples
    assert any(line.startswith("cte_portal_districts_unsent") for line in samples)
    assert any(line.startswith("cte_portal_heartbeat_age_seconds") for line in samples)
    # Without the figures, which may hold the digits of any number by chance.
    names = "\n".join(line if line[0] == "#" else line.rpartition(" ")[0] for line in lines)
    assert not re.search(r"9012|Cottonwood|larsen|kayla|cmartin|tsv", names, re.IGNORECASE)


def test_metrics_answer_while_a_part_is_down(
    client: Client, token: dict[str, str], running: None
) -> None:
    Heartbeat.objects.all().delete()
    body = client.get(PATH, headers=token).content.decode()
    assert 'cte_portal_part_status{part="Dispatcher"} 1.0' in body


def count(client: Client, token: dict[str, str], sample: str) -> float:
    body = client.get(PATH, headers=token).content.decode()
    match = re.search(rf"^{re.escape(sample)} (\S+)$", body, re.MULTILINE)
    return float(match[1]) if match else 0


def test_pages_are_counted_by_their_names_and_by_how_they_were_answered(
    token: dict[str, str], clerk: User, kayla: Any
) -> None:
    """P-01: neither the address nor who asked stands in it."""
    outside, desk = Client(), Client()
    desk.force_login(clerk)
    visible = 'cte_portal_pages_total{method="GET",page="cte-student",status="200"}'
    away = 'cte_portal_pages_total{method="GET",page="cte-student",status="404"}'
    took = 'cte_portal_page_seconds_count{page="cte-student"}'
    nowhere = 'cte_portal_pages_total{method="other",page="none",status="405"}'
    samples = (visible, away, took, nowhere)
    before = [count(outside, token, sample) for sample in samples]
    path = f"/districts/9012/2025/cte-concentrator/{kayla.pk}/"
    desk.get(path)
    desk.get(path)
    desk.get("/districts/9012/2025/cte-concentrator/987654321/")
    outside.generic("BREW", "/LARSEN/")
    after = [count(outside, token, sample) for sample in samples]
    assert [new - old for new, old in zip(after, before, strict=True)] == [2, 1, 3, 1]
    body = outside.get(PATH, headers=token).content.decode()
    names = re.sub(r"(?m) \S+$", "", body)  # the numbers behind them have any digits
    assert names.count("cte_portal_pages_total") >= 3
    assert not re.search(r"9012|987654321|LARSEN|BREW|cmartin", names)


def test_without_a_token_nothing_is_counted(db: None) -> None:
    sample = ("cte_portal_pages_total", {"method": "GET", "page": "help", "status": "200"})
    before = REGISTRY.get_sample_value(*sample)
    assert Client().get("/help/").status_code == 200
    assert REGISTRY.get_sample_value(*sample) == before


PROCESS = """
import sys, django
from pathlib import Path
from cte_portal.watch.outside import shared
shared.home = lambda: Path(sys.argv[1])
shared.begin()
django.setup()
from cte_portal.watch.outside import metrics, pages
pages.ASKED.labels("help", "GET", "200").inc()
print(metrics.generate_latest(metrics._counted()).decode())
"""


def test_the_processes_of_a_server_are_counted_together_and_older_servers_are_gone(
    tmp_path: Path,
) -> None:
    """A monitoring system asks one of them, whichever answers."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    ended_before = tmp_path / "metrics" / str(ended.pid)
    ended_before.mkdir(parents=True)
    environment = bare(DJANGO_SETTINGS_MODULE="cte_portal.settings", VAR_DIR=str(tmp_path / "0"))
    for number in (1, 2):
        command = [sys.executable, "-c", PROCESS, str(tmp_path / "metrics")]
        answer = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        line = f'cte_portal_pages_total{{method="GET",page="help",status="200"}} {number}.0'
        assert line in answer.stdout.splitlines()
        assert not ended_before.exists()
    assert [path.name for path in (tmp_path / "metrics").iterdir()] == [str(os.getpid())]


WEB = """
import subprocess, sys
for number in range(int(sys.argv[3])):
    answer = subprocess.run([sys.executable, "-c", sys.argv[1], sys.argv[2]], text=True, check=True)
input()
"""


def test_each_web_of_a_machine_counts_its_own_pages_and_leaves_the_others(tmp_path: Path) -> None:
    """So a sum over the webs counts no page twice, and none is missing."""
    environment = bare(DJANGO_SETTINGS_MODULE="cte_portal.settings", VAR_DIR=str(tmp_path / "0"))
    webs = [
        subprocess.Popen(
            [sys.executable, "-c", WEB, PROCESS, str(tmp_path / "metrics"), str(processes)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for processes in (1, 2)
    ]
    sample = 'cte_portal_pages_total{method="GET",page="help",status="200"} '
    try:
        last = []
        for web, processes in zip(webs, (1, 2), strict=True):
            assert web.stdout
            counts: list[str] = []
            while len(counts) < processes and (line := web.stdout.readline()):
                if line.startswith(sample):
                    counts.append(line.removeprefix(sample).strip())
            last.append(counts[-1])
        assert last == ["1.0", "2.0"]
        folders = {path.name for path in (tmp_path / "metrics").iterdir()}
        assert folders == {str(web.pid) for web in webs}
    finally:
        for web in webs:
            web.communicate("\n")
