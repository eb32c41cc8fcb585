"""Jobs that no district's list shows - e-mails, OPI's lists - wait for a database that is out of
reach; what failed is seen by OPI and runs again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError, connections
from django.test import Client

from certification.letters import letters
from cte_portal.accounts.models import User
from cte_portal.batches import dispatch
from cte_portal.batches.ends import tell
from cte_portal.batches.kinds import known_names
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.queue.line import Line
from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from pathways.lists import changing, publish
from pathways.models import District
from pathways.resync import batches
from pathways.resync.object_types import NAMES
from tests.fixtures.records import District_

QUEUE = "/opi/batches/"


@contextmanager
def out_of_reach(alias: str) -> Iterator[None]:
    def refused(*args: Any, **values: Any) -> None:
        raise OperationalError("connection refused")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections[alias], "cursor", refused)
        yield


def fresh(batch: Batch) -> Batch:
    return Batch.objects.with_standing().get(pk=batch.pk)


def tried(batch: Batch, times: int = 5) -> Batch:
    for _ in range(times):
        Batch.objects.filter(pk=batch.pk).update(available_at=None)
        run(batch.pk)
    return fresh(batch)


def letter(clerk: User, scope: Any) -> Batch:
    facts = {"event": "End of Year", "sentence": "It is open."}
    return letters.queue(
        "reminder", "A reminder", to=clerk, by=clerk, scope=scope, path="/", key="k", facts=facts
    )


def changed(keeper: User, number: str = "0001") -> Batch:
    with changing.changing(by=keeper) as entries:
        entries.add([District(number=number, name=f"District {number}")])
    return Batch.objects.filter(kind="publish").latest("queued_at")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """`publish` fails until this is undone."""

    def fault() -> int:
        raise RuntimeError

    monkeypatch.setattr(batches, "publish", fault)
    yield monkeypatch


# --- a database that is out of reach


def test_a_state_that_is_out_of_reach_costs_no_attempt(
    keeper: User, clerk: User, cottonwood: District_
) -> None:
    lists, resync = changed(keeper), batches.submit_resync(cottonwood.scope, NAMES, by=clerk)
    with out_of_reach("state"):
        for waiting in (tried(lists), tried(resync)):
            assert (waiting.status, waiting.attempt) == (Status.QUEUED, 0)
            assert Line(waiting).sentence == "Waiting for the State database. Nothing is lost."
            assert waiting.available_at and not run(waiting.pk), "not at once again"
    assert tried(lists, 1).status == Status.COMPLETED and publish.is_published()
    assert tried(resync, 1).status == Status.COMPLETED


def test_letters_do_not_need_the_state(clerk: User, cottonwood: District_) -> None:
    own = letter(clerk, cottonwood.scope)
    tell(submit("publish", by=clerk, title="Work", scope=cottonwood.scope, notify=True))
    with out_of_reach("state"):
        assert tried(own, 1).status == Status.COMPLETED
        assert tried(Batch.objects.get(kind="notice"), 1).status == Status.COMPLETED
    assert len(mail.outbox) == 2


# --- OPI's lists are brought to the state all the same


def test_lists_that_failed_to_reach_the_state_are_queued_again(
    keeper: User, cottonwood: District_, broken: pytest.MonkeyPatch
) -> None:
    first, second = changed(keeper, "0001"), changed(keeper, "0002")
    calls: list[str] = []
    broken.setattr(
        batches, "certified", lambda: SimpleNamespace(rules_changed=lambda: calls.append("rules"))
    )
    assert [tried(batch).status for batch in (first, second)] == [Status.FAILED] * 2
    publish.publish()  # a district's resync has brought the lists, and told nobody
    broken.setattr(batches, "publish", publish.publish)
    dispatch.daily()
    for batch in (first, second):
        assert fresh(batch).status == Status.QUEUED and tried(batch, 1).status == Status.COMPLETED
    assert calls == ["rules"] * 2 and not Batch.objects.failed_unseen(known_names())


def test_lists_that_a_restored_state_has_lost_are_queued_again(
    keeper: User, cottonwood: District_
) -> None:
    done = tried(changed(keeper), 1)
    batches.publish_again()
    assert fresh(done).status == Status.COMPLETED, "they are there"
    District.objects.filter(pk="0001").update(name="Another")
    publish.ReferenceGeneration.objects.update(generation=99)
    batches.publish_again()
    assert tried(done, 1).status == Status.COMPLETED and publish.is_published()


def test_lists_that_wait_for_a_worker_are_not_queued_again(
    keeper: User, cottonwood: District_
) -> None:
    waiting = changed(keeper)
    batches.publish_again()
    assert fresh(waiting).queued_at == waiting.queued_at and Batch.objects.count() == 1


# --- OPI sees what failed, and runs it again


def test_opi_sees_what_failed_unseen_and_runs_it_again(
    client: Client,
    opi: User,
    keeper: User,
    clerk: User,
    cottonwood: District_,
    broken: pytest.MonkeyPatch,
) -> None:
    client.force_login(opi)
    assert "Failed in the background" not in client.get(QUEUE).content.decode()
    lists, own = tried(changed(keeper)), letter(clerk, cottonwood.scope)
    Batch.objects.filter(pk=own.pk).update(
        status=Status.FAILED, attempt=3, finished_at=own.queued_at, sentence="No.", reference="7K3Q"
    )
    page = client.get(QUEUE).content.decode()
    assert (
        "Failed in the background: 2" in page
        and "OPI&#x27;s lists to the state" in page
        and "E-mail about certification" in page
    )
    assert f"Reference {lists.reference}." in page and f'value="{own.pk}"' in page
    broken.setattr(batches, "publish", publish.publish)
    page = client.post(f"{QUEUE}again/", {"batch": lists.pk}, follow=True).content.decode()
    assert "1 job queued again." in page and "Failed in the background: 1" in page
    assert (fresh(lists).status, fresh(own).status) == (Status.QUEUED, Status.FAILED)
    assert tried(lists, 1).status == Status.COMPLETED and publish.is_published()
    assert "1 job queued again." in client.post(f"{QUEUE}again/", follow=True).content.decode(), (
        "all that are left"
    )
    assert tried(own, 1).status == Status.COMPLETED and len(mail.outbox) == 1, (
        "under its own key: it is one letter"
    )
    for named in ("", str(lists.pk), "x"):
        assert (
            "Nothing was queued"
            in client.post(f"{QUEUE}again/", {"batch": named}, follow=True).content.decode()
        )
    assert fresh(lists).status == Status.COMPLETED and Batch.objects.count() == 2
