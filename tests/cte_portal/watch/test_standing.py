"""How the portal's standing is made up, and who is told of it; that each fault is shown everywhere
is asked in `test_faults_shown.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import smtplib
from types import SimpleNamespace
from typing import Any

import pytest
from celery import signals
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.celery import app
from cte_portal.watch import standing
from cte_portal.watch.heartbeat import Beating, beat
from cte_portal.watch.looks import checkups
from cte_portal.watch.models import Checkup, Heartbeat
from cte_portal.watch.turn import Turn
from tests.cte_portal.watch.faults import ago, dead, running_job, waiting_job
from tests.fixtures.records import District_

PAGE = "/opi/health/"


@pytest.mark.parametrize("busy", ["runs a job", "has just begun a job"])
def test_a_worker_that_is_busy_is_not_said_to_take_no_work(
    busy: str, running: None, clerk: User
) -> None:
    waiting_job(2, published_at=timezone.now())(clerk)
    running_job(3 if busy == "runs a job" else 0.5, -5)(clerk)
    if busy == "has just begun a job":
        Batch.objects.filter(status="processing").update(
            status="completed", finished_at=timezone.now()
        )
    assert Client().get("/health/ready").json()["degraded"] == []


@pytest.mark.parametrize(
    ("free", "words"), [(10_000_000, "Uploads and results wait."), (900_000_000, "Free some")]
)
def test_a_disk_that_is_nearly_full_is_said_before_it_is(
    free: int, words: str, running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    (reading,) = [each for each in standing.standing() if each.name == "Files"]
    assert reading.level.word == "Needs attention" and words in reading.sentence


def test_a_part_that_cannot_be_looked_at_does_not_hide_the_others(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[Any]:
        raise ValueError("secret")

    monkeypatch.setattr(standing, "checkups", broken)
    dead("dispatcher")
    assert Client().get("/health/ready").json()["degraded"] == ["Dispatcher", "Checks"]


def test_status_speaks_json_and_ends_with_its_level(
    running: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("status", json=True)
    report = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0 and report["status"] == "good"
    assert report["version"] == settings.PORTAL_VERSION
    monkeypatch.setattr(standing, "reads", lambda alias: False)
    with pytest.raises(SystemExit) as ended:
        call_command("status", json=True)
    report = json.loads(capsys.readouterr().out)
    assert ended.value.code == 2 and report["parts"][0]["status"] == "down"


def test_production_without_a_backup_or_a_check_of_the_seals_needs_attention(
    running: None, settings: Any
) -> None:
    settings.PRODUCTION = True
    assert Client().get("/health/ready").json()["degraded"] == [
        "Check of the sealed copies",
        "Backup",
    ]
    Checkup.objects.create(name="backup", good=True, at=ago(days=3))
    call_command("verify_sealed", verbosity=0)
    assert Client().get("/health/ready").json()["degraded"] == ["Backup"]


def test_a_process_that_ends_as_it_should_is_forgotten(running: None) -> None:
    beating = Beating(Heartbeat.Part.WORKER, ["district", "statewide"])
    beating.once()
    beating.forget()
    assert not Heartbeat.objects.filter(part="worker").exists()


def test_no_database_is_known_to_the_process_that_a_worker_copies(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy made while a thread wrote to SQLite waited for its lock for ever, and every job of the
    queue with it: the processes that run jobs give the sign of life, in the worker's name.
    """
    assert not [step for step in app.steps["worker"] if step.__module__.startswith("cte_portal")]
    beaten: list[Beating] = []
    monkeypatch.setattr(Beating, "start", lambda beating: beaten.append(beating))
    monkeypatch.setattr(Beating, "stop", lambda beating: beating.forget())
    Heartbeat.objects.all().delete()
    signals.worker_process_init.send(sender="worker@here")
    beaten[0].once()
    (row,) = Heartbeat.objects.all()
    assert row.queue == "district" and f":{os.getppid()}:" in row.name
    signals.worker_process_shutdown.send(sender="worker@here")
    assert not Heartbeat.objects.exists()


def test_a_heartbeat_that_cannot_be_written_ends_nothing(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*values: Any) -> None:
        raise OSError

    monkeypatch.setattr("cte_portal.watch.heartbeat.beat", broken)
    Beating(Heartbeat.Part.DISPATCHER).once()


def test_the_dispatcher_finds_a_mail_server_that_is_away(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    rounds = checkups.Rounds()
    rounds()
    assert Checkup.objects.get(name="mail").good and Checkup.objects.get(name="broker").good
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", refused)
    rounds()
    assert Checkup.objects.get(name="mail").good, "it has looked just now"
    checkups.Rounds()()
    assert Client().get("/health/ready").json()["degraded"] == ["Mail server"]


def test_administrators_are_told_once_when_the_verdict_turns(
    running: None, keeper: User, opi: User, cottonwood: District_
) -> None:
    turn = Turn()
    assert not turn.look() and not turn.look() and not mail.outbox
    dead("dispatcher")
    assert not turn.look(), "what passes at once is no news"
    assert turn.look() and not turn.look() and not Turn().look()
    (letter,) = mail.outbox
    assert letter.to == [keeper.email] and letter.subject == "CTE Portal: needs attention"
    assert "- Dispatcher: Not running." in letter.body and "Before: Works" in letter.body
    beat(Heartbeat.Part.DISPATCHER)
    assert not turn.look() and turn.look()
    assert mail.outbox[1].subject == "CTE Portal: works"
    assert "Every part works again." in mail.outbox[1].body


def test_of_two_that_look_one_tells(running: None, keeper: User) -> None:
    first, second = Turn(), Turn()
    dead("dispatcher")
    assert [first.look(), second.look(), first.look(), second.look()] == [False, False, True, False]
    assert len(mail.outbox) == 1


def test_a_turn_while_mail_is_away_harms_nothing(
    running: None, keeper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*values: Any, **more: Any) -> None:
        raise OSError

    monkeypatch.setattr("cte_portal.watch.turn.send_mail", refused)
    turn = Turn()
    dead("dispatcher")
    turn.look()
    assert turn.look()


@pytest.mark.parametrize(("who", "status"), [("opi", 200), ("keeper", 200), ("clerk", 403)])
def test_opi_alone_sees_the_health_page(
    who: str, status: int, request: pytest.FixtureRequest, client: Client, running: None
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == status
