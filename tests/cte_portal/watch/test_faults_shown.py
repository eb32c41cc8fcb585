"""Whatever breaks is named in words wherever an operator looks, in half a minute, and is gone when
it is cured; meanwhile clerks sign in and save.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.editions import writing_state
from cte_portal.watch import standing
from cte_portal.watch.heartbeat import beat
from cte_portal.watch.looks import checkups
from cte_portal.watch.models import Checkup, Heartbeat
from pathways.models import Change, StateCopy
from pathways.resync import watched
from tests.cte_portal.watch.faults import FAULTS, Fault, Portal
from tests.cte_portal.watch.test_metrics import TOKEN
from tests.fixtures.people import PASSPHRASE
from tests.pathways.desk import Desk, text

PAGE = "/opi/health/"
VERDICTS = {
    0: "Works. Every part of the portal works.",
    1: "Needs attention. People can work.",
    2: "Down. People cannot work.",
}
ONCE = {"mail down", "disk nearly full", "dead dispatcher", "old version"}
"""Nothing of the database breaks or is another: it answers as with no fault, or as for the dead
worker.
"""


def cured() -> None:
    """Processes beat again, jobs have ended, and the dispatcher has looked."""
    beat(Heartbeat.Part.DISPATCHER)
    for queue in ("district", "statewide"):
        beat(Heartbeat.Part.WORKER, queue)
    Batch.objects.all().delete()
    Checkup.objects.filter(name="verify_sealed").delete()
    with writing_state():
        StateCopy.objects.using("state").all().delete()
    checkups.Rounds()()


def everywhere(watcher: Client, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What each of the four places says now."""
    ready = Client().get("/health/ready")
    metrics = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        call_command("status")
    return {
        "ready": (ready.status_code, {*ready.json()["missing"], *ready.json()["degraded"]}),
        "metrics": metrics.content.decode().splitlines(),
        "status": (ended.value.code, capsys.readouterr().out),
        "page": text(watcher.get(PAGE)),
    }


def says(places: dict[str, Any], fault: Fault) -> None:
    assert places["ready"] == (503 if fault.level == 2 else 200, {fault.name, *fault.more})
    for name in (fault.name, *fault.more):
        line = f'cte_portal_part_status{{part="{name}"}} {float(fault.level)}'
        assert line in places["metrics"]
    assert f"cte_portal_status {float(fault.level)}" in places["metrics"]
    code, printed = places["status"]
    assert code == fault.level and f"{fault.name}: " in printed and fault.words in printed
    assert VERDICTS[fault.level] in places["page"] and fault.words in places["page"]


def says_nothing(places: dict[str, Any]) -> None:
    assert places["ready"] == (200, set()) and places["status"][0] == 0
    assert "cte_portal_status 0.0" in places["metrics"]
    assert VERDICTS[0] in places["page"]


def saves(clerk: User, kayla: Any, number: int) -> None:
    """She signs in by the page and enters a record, or corrects it."""
    client = Client()
    answer = client.post("/accounts/sign-in/", {"login": clerk.username, "password": PASSPHRASE})
    assert answer.status_code == 302
    desk, before = Desk(client, kayla), Change.objects.count()
    values = {"in_district_credits": f"{number}.50"}
    answer = desk.enter(**values) if number == 1 else desk.change(**values)
    assert answer.status_code == 302 and Change.objects.count() == before + 1


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.once] if name in ONCE else []) for name in FAULTS],
)
@pytest.mark.django_db(databases=["default", "state"])
def test_a_fault_is_named_everywhere_and_gone_when_cured_and_a_clerk_saves(
    name: str,
    running: None,
    clerk: User,
    kayla: Any,
    opi: User,
    settings: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(watched, "FRESH", 0)
    watcher = Client()
    watcher.force_login(opi)
    checkups.Rounds()()
    says_nothing(everywhere(watcher, capsys))
    fault = FAULTS[name]
    with ExitStack() as until_cured:
        fault.happen(Portal(clerk, until_cured.enter_context(monkeypatch.context()), until_cured))
        says(everywhere(watcher, capsys), fault)
        if fault.saves:
            saves(clerk, kayla, 1)
    cured()
    says_nothing(everywhere(watcher, capsys))
    saves(clerk, kayla, 2 if fault.saves else 1)


def test_nothing_needs_longer_than_half_a_minute() -> None:
    """A silent process is missed after thirty seconds, and a look of the dispatcher is over before
    thirty have passed.
    """
    assert standing.SILENT.total_seconds() <= 30
    longest = checkups.EVERY + checkups.MAIL_SECONDS + checkups.BROKER_SECONDS
    assert longest <= 30
