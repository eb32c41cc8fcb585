"""Each part that is dead is named in words by `ready`, `status` and OPI's health page, and is gone
when it is cured.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import smtplib
import uuid
from collections.abc import Callable
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
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.submit import submit
from cte_portal.celery import app
from cte_portal.editions import writing_state
from cte_portal.watch import standing
from cte_portal.watch.heartbeat import Beating, beat
from cte_portal.watch.looks import checkups
from cte_portal.watch.models import Checkup, Heartbeat
from cte_portal.watch.turn import Turn
from pathways.models import StateCopy
from pathways.resync import watched
from tests.fixtures.records import District_
from tests.pathways.desk import text

PAGE = "/opi/health/"


def ago(**time: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**time)


def dead(part: str, queue: str = "") -> None:
    Heartbeat.objects.filter(part=part, queue=queue).update(at=ago(seconds=31))


def old_worker() -> None:
    Heartbeat.objects.filter(queue="district").update(version="0.0.1")


def cured() -> None:
    beat(Heartbeat.Part.DISPATCHER)
    for queue in ("district", "statewide"):
        beat(Heartbeat.Part.WORKER, queue)
    Batch.objects.all().delete()
    Checkup.objects.all().delete()
    with writing_state():
        StateCopy.objects.using("state").all().delete()


def ahead() -> None:
    """The state has changes of Cottonwood Bend that its ledger has not."""
    values = {"generation": 1, "end_year": 2025, "batch": uuid.uuid4(), "attempt": 1, "cursor": 7}
    with writing_state():
        StateCopy.objects.using("state").create(district="9012", sent_at=timezone.now(), **values)


def waiting_job(minutes: float, **values: Any) -> Callable[[User], None]:
    def make(clerk: User) -> None:
        batch = submit("extract", by=clerk, title="Extract")
        Batch.objects.filter(pk=batch.pk).update(queued_at=ago(minutes=minutes), **values)

    return make


def running_job(started: float, lease: float) -> Callable[[User], None]:
    """One that began and whose lease ends so many minutes ago."""

    def make(clerk: User) -> None:
        moments = {"started_at": ago(minutes=started), "lease_until": ago(minutes=lease)}
        waiting_job(started, status=Status.PROCESSING, **moments)(clerk)

    return make


BROKEN: dict[str, tuple[Callable[[User], object], str, str]] = {
    "dispatcher": (lambda clerk: dead("dispatcher"), "Dispatcher", "Not running. Last heard of"),
    "worker": (
        lambda clerk: dead("worker", "district"),
        "Worker for district jobs",
        "Jobs of districts wait.",
    ),
    "never started": (
        lambda clerk: Heartbeat.objects.filter(queue="statewide").delete(),
        "Worker for statewide jobs",
        "Not running. Jobs of all districts wait.",
    ),
    "old version": (lambda clerk: old_worker(), "Worker for district jobs", "Runs version 0.0.1;"),
    "mail": (
        lambda clerk: Checkup.objects.note("mail", good=False, sentence="Does not answer."),
        "Mail server",
        "Does not answer.",
    ),
    "broker": (
        lambda clerk: Checkup.objects.note("broker", good=False, sentence="Does not answer."),
        "Broker",
        "Does not answer.",
    ),
    "stuck": (waiting_job(16), "Jobs", "One has waited for 16 minutes."),
    "takes no work": (
        waiting_job(2, published_at=timezone.now()),
        "Work on district jobs",
        "1 handed over, none taken for 120 seconds. Start the worker again; nothing is lost.",
    ),
    "runs on and on": (
        running_job(75, -5),
        "Jobs",
        "One has run for 75 minutes.",
    ),
    "lost": (
        running_job(5, 4),
        "Jobs",
        "1 without a worker.",
    ),
    "letters": (
        waiting_job(1, hidden=True, stage="Waiting for the mail server"),
        "E-mails",
        "1 waiting for the mail server.",
    ),
    "files": (
        waiting_job(1, stage="Waiting for the file store"),
        "Files of jobs",
        "1 waiting for the file store",
    ),
    "state ahead": (
        lambda clerk: ahead(),
        "Districts",
        "The state is ahead of 1, as if an older backup had been restored.",
    ),
    "seals": (
        lambda clerk: Checkup.objects.note("verify_sealed", good=False, sentence="1 of 3 differ."),
        "Check of the sealed copies",
        "1 of 3 differ.",
    ),
}


@pytest.mark.parametrize("part", BROKEN)
@pytest.mark.django_db(databases=["default", "state"])
def test_what_is_dead_is_named_everywhere_and_gone_when_cured(
    part: str,
    running: None,
    clerk: User,
    opi: User,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watched, "FRESH", 0)
    break_it, name, words = BROKEN[part]
    assert Client().get("/health/ready").json()["degraded"] == []
    break_it(clerk)
    ready = Client().get("/health/ready")
    assert ready.status_code == 200 and ready.json()["degraded"] == [name]
    with pytest.raises(SystemExit) as ended:
        call_command("status")
    assert ended.value.code == 1
    printed = capsys.readouterr().out
    assert f"{name}: " in printed and words in printed
    client = Client()
    client.force_login(opi)
    page = text(client.get(PAGE))
    assert "Needs attention. People can work." in page and words in page
    cured()
    assert Client().get("/health/ready").json()["degraded"] == []
    assert "Works. Every part of the portal works." in text(client.get(PAGE))


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
