"""OPI announces something above every page, makes the portal read-only, or closes it."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.test import Client

from cte_portal.accounts.models import AuditEvent, User
from cte_portal.batches import dispatch
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import submit
from cte_portal.batches.tasks import run_batch
from cte_portal.watch.models import Service
from cte_portal.watch.service import service
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import District_
from tests.pathways.desk import text

PAGE, HOME = "/opi/service/", "/districts/9012/2025/"
RECORD = f"{HOME}cte-concentrator/"


def say(keeper: User, mode: str, announcement: str = "") -> None:
    service.change(announcement, mode, by=keeper, reason="a test")
    service.remember(Service.objects.get(), 1000)


def test_an_announcement_stands_above_every_page_and_in_the_audit(
    client: Client, keeper: User, clerk: User, cottonwood: District_
) -> None:
    client.force_login(keeper)
    sent = {"announcement": "Down\non Sunday <b>8 AM</b>", "mode": "open", "reason": "upgrade"}
    assert client.post(PAGE, sent).status_code == 302
    service.remember(Service.objects.get(), 1000)
    event = AuditEvent.objects.get(kind="service")
    assert event.after["Announcement"] == "Down on Sunday <b>8 AM</b>"
    assert event.reason == "upgrade" and event.by_id == keeper.pk
    desk = Client()
    desk.force_login(clerk)
    for answer in (Client().get("/accounts/sign-in/"), desk.get(HOME), client.get(PAGE)):
        assert "From OPI:" in text(answer)
        assert "Down on Sunday &lt;b&gt;8 AM&lt;/b&gt;" in answer.content.decode()
    client.post(PAGE, {"announcement": " ", "mode": "open", "reason": "over"})
    service.remember(Service.objects.get(), 1000)
    assert "From OPI" not in text(desk.get(HOME))


def test_staff_see_and_do_not_set_it_and_a_reason_is_asked(
    client: Client, keeper: User, opi: User
) -> None:
    client.force_login(opi)
    assert "OPI Administrators set" in text(client.get(PAGE))
    assert client.post(PAGE, {"mode": "closed", "reason": "x"}).status_code == 403
    client.force_login(keeper)
    assert "Enter the reason" in text(client.post(PAGE, {"mode": "closed", "reason": " "}))
    assert "Select a valid choice" in text(client.post(PAGE, {"mode": "ajar", "reason": "x"}))
    assert not Service.objects.exists() and not AuditEvent.objects.filter(kind="service").exists()


def test_read_only_refuses_every_write_in_words_and_gives_back_what_was_typed(
    client: Client, keeper: User, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    say(keeper, "read-only", "Back at noon.")
    assert client.get(HOME).status_code == 200
    answer = client.post(
        f"{HOME}resync/",
        urlencode({"note": 'zz "typed"', "do": "send"}),
        content_type="application/x-www-form-urlencoded",
    )
    page = answer.content.decode()
    assert answer.status_code == 503 and answer["Retry-After"] == "60"
    assert "this was not saved or sent" in page and "Back at noon." in page
    assert 'name="note" value="zz &quot;typed&quot;"' in page and "Send it again" in page
    assert not Batch.objects.exists()
    for address in ("/accounts/password/reset/", "/accounts/password/", "/opi/people/new/"):
        answer = client.post(address, {"email": clerk.email, "password1": "zzsecret"})
        assert answer.status_code == 503 and "zzsecret" not in answer.content.decode()


def test_while_it_is_read_only_jobs_wait_and_people_sign_in_and_out(
    client: Client, keeper: User, clerk: User, cottonwood: District_, monkeypatch: Any
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        dispatch.run_batch, "apply_async", lambda arguments, **values: sent.append(arguments)
    )
    batch = submit(
        "extract",
        by=clerk,
        title="X",
        scope=cottonwood.scope,
        options={"type": "cte-eoy", "format": "tsv"},
    )
    say(keeper, "read-only")
    assert dispatch.publish() == 0 and sent == []
    run_batch(str(batch.pk))
    batch.refresh_from_db()
    assert (batch.status, batch.attempt) == ("queued", 0), "a message of before changes nothing"
    signed = client.post("/accounts/sign-in/", {"login": "cmartin", "password": PASSPHRASE})
    assert signed.status_code == 302 and client.get(HOME).status_code == 200
    assert client.post("/accounts/sign-out/").status_code == 302
    ready = Client().get("/health/ready").json()
    assert "Service" in ready["degraded"]
    say(keeper, "open")
    assert dispatch.publish() == 1
    run_batch(str(batch.pk))
    batch.refresh_from_db()
    assert batch.status == "completed"


@pytest.mark.parametrize("address", [HOME, "/", "/accounts/security/", "/opi/people/"])
def test_closed_is_closed_for_all_but_who_opens_it_again(
    address: str, client: Client, keeper: User, clerk: User, opi: User, cottonwood: District_
) -> None:
    say(keeper, "closed", "Back at noon.")
    for person in (clerk, opi):
        client.force_login(person)
        answer = client.get(address)
        page = html.unescape(re.sub(r"\s+", " ", answer.content.decode()))
        assert answer.status_code == 503 and "Back soon" in page and "Back at noon." in page
        assert "Your records are safe." in page and "406-555-0142" in page
    assert Client().get("/accounts/sign-in/").status_code == 200
    assert Client().get("/health/live").status_code == 200
    client.force_login(keeper)
    assert client.get("/opi/people/").status_code == 200
    assert client.post("/opi/people/new/", {}).status_code == 503
    sent = {"announcement": "", "mode": "open", "reason": "done"}
    assert client.post(PAGE, sent).status_code == 302
    service.remember(Service.objects.get(), 1000)
    client.force_login(clerk)
    assert client.get(HOME).status_code == 200


def test_another_process_hears_of_it_within_seconds(db: None, keeper: User) -> None:
    service.remember(Service(), 0)
    Service.objects.create(mode="closed")
    assert service.current().mode == "closed"
    Service.objects.update(mode="open")
    assert service.current().mode == "closed", "remembered for a few seconds"
    assert service.FRESH <= 5


def test_a_database_that_is_away_closes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No database is touched: the page that needs it says so itself."""

    def away() -> None:
        raise OperationalError

    service.remember(Service(), 0)
    monkeypatch.setattr(Service.objects, "first", away)
    assert service.current().takes_writes
