"""From one school year to the next: the seal of the year that ended stays, its records go on
(design 4).
"""

from __future__ import annotations

import datetime
import html
import json
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from certification.events.year_end import holds_sending
from certification.letters import occasions
from certification.models import (
    CertificationEvent,
    Extension,
    Recertification,
    Reminder,
    Round,
    SealedCopy,
    SealedRecord,
    Signature,
)
from certification.receipts.receipts import receipt_url
from certification.signing.sealing import differences
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways.ledger import ledger
from pathways.lists import set_up
from pathways.models import Participation, SchoolYear, StateCopy, Student
from pathways.records import entry
from pathways.reports.groups import REPORTS
from pathways.reports.run import ask
from pathways.resync.batches import submit_resync
from pathways.resync.object_types import NAMES
from tests.certification.ready import Ready
from tests.certification.ready_fall import LOOKING, ReadyFall
from tests.fixtures.certification import make_fall_event
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import HEALTH, District_, row
from tests.pathways.desk import text

YEAR = "/admin/pathways/schoolyear/2026/change/"
A_DAY = datetime.timedelta(days=1)


@pytest.fixture
@stands
def sealed(cottonwood: District_, event: object, clerk: User, kayla: Student) -> Ready:
    ready = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    ready.record(kayla)
    ready.prepare()
    ready.sign()
    cottonwood.enroll(kayla, 2026)
    cottonwood.approve(HEALTH, end_year=2026)
    return ready


def activate(client: Client, keeper: User, **choices: str) -> Any:
    """As OPI does it: look at what follows, then confirm, with what becomes of who has not
    certified.
    """
    client.force_login(keeper)
    values = {
        "starts": "07/01/2025",
        "ends": "06/30/2026",
        "is_active": "on",
        "reason": "The year has begun.",
        **choices,
    }
    page = client.get(YEAR).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    values["seen"] = html.unescape(seen.group(1)) if seen else json.dumps({})
    choice = values.pop("unfinished", "")
    answer = client.post(YEAR, values)
    if answer.status_code == 200:
        confirmed = re.search(r'name="confirmed" value="([^"]*)"', answer.content.decode())
        if confirmed:
            values |= {
                "confirmed": html.unescape(confirmed.group(1)),
                **({"unfinished": choice} if choice else {}),
            }
            answer = client.post(YEAR, values)
    return answer


def test_after_the_next_year_begins_the_sealed_copy_does_not_change(
    client: Client, sealed: Ready, keeper: User, clerk: User, kayla: Student
) -> None:
    record = Participation.objects.get()
    with pytest.raises(ledger.Locked):
        entry.save(
            sealed.scope,
            [
                row(
                    kayla,
                    in_district_credits=Decimal("2.50"),
                    concentrator=True,
                    version=record.version,
                )
            ],
            by="X",
        )
    assert activate(client, keeper).status_code == 302
    assert SchoolYear.objects.active().end_year == 2026
    next_year = Scope("9012", 2026)
    saved = entry.save(
        next_year,
        [
            row(
                kayla,
                in_district_credits=Decimal("2.50"),
                concentrator=True,
                version=record.version,
            )
        ],
        by="MARTIN, CHERYL",
    )
    assert saved.applied.updated == 1, "activating the next year ends the lock"
    sealed_record = SealedRecord.objects.get()
    assert (sealed_record.total_credits, sealed_record.concentrator) == (Decimal("1.50"), False)
    assert differences(SealedCopy.objects.get()) == []
    client.force_login(clerk)
    page = client.get(
        f"/districts/9012/2026/cte-concentrator/{kayla.pk}/{record.pathway_id}/"
    ).content.decode()
    assert "2024-25" in page and "1.50" in page and "2.50" in page, (
        "last year's column stands beside the new credits"
    )


def test_what_became_of_leavers_stays_sealed_and_locked_when_the_next_year_begins(
    cottonwood: District_, event: CertificationEvent, clerk: User, kayla: Student, client: Client
) -> None:
    """An outcome belongs to the year in which its student left, whichever is the current one."""
    fall = ReadyFall(cottonwood, make_fall_event(), clerk)
    fall.record(kayla)
    fall.prepare()
    fall.sign()
    copy = fall.copies.get()
    SchoolYear.objects.filter(is_active=True).update(is_active=False)
    SchoolYear.objects.filter(pk=2026).update(is_active=True)
    assert differences(copy) == []
    with pytest.raises(ledger.Locked):
        fall.set_outcome(kayla, LOOKING)
    client.force_login(fall.primary.user)
    assert copy.receipt in text(client.get(receipt_url(copy)))


def test_a_year_does_not_end_while_a_recertification_is_open(
    client: Client, sealed: Ready, keeper: User
) -> None:
    first = Round.objects.get()
    request = Recertification.objects.create(
        event=sealed.event,
        district="9012",
        origin="district",
        sealed_round=first,
        reason="Two students are missing.",
        status="asked",
        asked_at=timezone.now(),
        asked_by="DOE, JANE",
        asked_by_id=sealed.primary.user_id,
    )
    answer = activate(client, keeper)
    assert (
        answer.status_code == 200
        and "A recertification is open in 9012 Cottonwood Bend" in answer.content.decode()
    )
    assert SchoolYear.objects.active().end_year == 2025
    Recertification.objects.filter(pk=request.pk).update(
        status="denied", answered_at=timezone.now(), ended_at=timezone.now()
    )
    assert activate(client, keeper).status_code == 302


@pytest.fixture
@stands
def ready(cottonwood: District_, event: CertificationEvent, clerk: User, kayla: Student) -> Ready:
    """Nothing is in the way of signing 2024-25; Kayla goes on into 2025-26."""
    ready_case = Ready(cottonwood, event, clerk)
    ready_case.record(kayla)
    ready_case.prepare()
    ask(ready_case.scope.at_state(), list(REPORTS.values()), by=clerk)
    cottonwood.enroll(kayla, 2026)
    cottonwood.approve(HEALTH, end_year=2026)
    assert not ready_case.missing()
    return ready_case


def next_year_page(client: Client, keeper: User) -> str:
    """What OPI is shown before the next year begins."""
    client.force_login(keeper)
    page = client.get(YEAR).content.decode()
    seen = html.unescape(re.search(r'name="seen" value="([^"]*)"', page).group(1))  # type: ignore[union-attr]
    values = {"starts": "07/01/2025", "ends": "06/30/2026", "is_active": "on", "seen": seen}
    return text(client.post(YEAR, values))


def test_the_preview_names_who_has_not_certified_and_where_they_stand(
    client: Client, ready: Ready, elsewhere: District_, keeper: User
) -> None:
    """FR-206, walk 4: not a word stood there of the districts that could never sign any more."""
    Extension.objects.create(
        event=ready.event,
        district="0965",
        due=ready.event.due + A_DAY,
        corrections_until=ready.event.corrections_until + A_DAY,
        reason="Flood",
        by="HALE",
        at=timezone.now(),
    )
    page = next_year_page(client, keeper)
    assert "2 districts have not certified 2024-25" in page
    assert (
        "9012 Cottonwood Bend: In Progress. It can finish: everything is sent and checked. 0 of 1"
        " primary certifier has signed." in page
    )
    assert (
        "0965 Elsewhere: In Progress, extended to" in page
        and "It cannot finish: it has no Primary certifier." in page
    )
    for words in (
        "Extend first: nothing changes now.",
        "Let them finish: districts that can",
        "Close 2024-25: all of them stay uncertified",
    ):
        assert words in page


def test_nothing_changes_before_opi_has_chosen(client: Client, ready: Ready, keeper: User) -> None:
    """FR-206: three ways, and none of them by itself."""
    answer = activate(client, keeper)
    assert (
        answer.status_code == 200
        and "Choose what happens to the districts that have not certified" in text(answer)
    )
    stopped = activate(client, keeper, unfinished="extend")
    assert (
        stopped.status_code == 302
        and stopped["Location"] == f"/opi/certification-events/{ready.event.pk}/"
    )
    assert "Nothing was changed." in text(client.get(stopped["Location"]))
    closed = activate(client, keeper, unfinished="closed", reason="")
    assert closed.status_code == 200 and "Enter the reason for closing the year" in text(closed)
    assert "needed to close the year" in text(closed)
    assert "optional" not in closed.content.decode().partition("needed to close")[2][:200]
    assert SchoolYear.objects.active().end_year == 2025


def test_a_year_that_is_closed_counts_down_to_nothing_and_offers_no_form(
    client: Client, ready: Ready, keeper: User, clerk: User, opi: User
) -> None:
    """walk 4, walk 6: afterwards it still said *Must be certified by Saturday – 21 days left*, with
    five statements to tick.
    """
    ready.certifier("second", "Reyes", "Maria")
    ready.sign()
    assert (
        activate(client, keeper, unfinished="closed", reason="The flood of June.").status_code
        == 302
    )
    assert not Signature.objects.standing().exists() and Round.objects.get().status == "abandoned"
    client.force_login(ready.primary.user)
    event_page = f"/districts/9012/2025/event-certification/{ready.event.pk}/"
    for address in (
        "/districts/9012/2025/",
        event_page,
        "/districts/9012/2025/event-certification/",
    ):
        page = text(client.get(address))
        assert (
            "2024-25 is over" in page
            and "days left" not in page
            and "Must be certified by" not in page
        ), address
    page = client.get(event_page).content.decode()
    assert (
        "OPI closed it: The flood of June." in page
        and "Certify &amp; Submit</button>" not in page
        and "statement-" not in page
    )
    posted = text(client.post(event_page, {"shown": "x"}))
    assert (
        "2024-25 is over and was not certified." in posted
        and not Signature.objects.standing().exists()
    )
    client.force_login(opi)
    board = text(client.get("/opi/status-board/"))
    assert "No certification event of this school year yet" in board, (
        "the board speaks of the year that is open"
    )
    old = f"?event={ready.event.pk}"
    board = text(client.get(f"/opi/status-board/{old}"))
    assert "Not certified" in board and "Remind all" not in board.replace(
        "Remind all 1 that are shown", ""
    )
    reminders = text(client.get(f"/opi/reminders/{old}&show=not-certified"))
    assert (
        "0 to send" in reminders and "2024-25 is over" in reminders and "the phase" not in reminders
    )
    occasions.daily()
    assert not Reminder.objects.exists()


def test_a_district_that_had_sent_everything_finishes_last_year_on_what_was_sent(
    client: Client, ready: Ready, keeper: User, clerk: User, kayla: Student, cottonwood: District_
) -> None:
    """FR-206: what is signed is the state's 2024-25, whatever has been entered of 2025-26 since."""
    record = Participation.objects.get()
    assert activate(client, keeper, unfinished="finish").status_code == 302
    next_year = Scope("9012", 2026)
    entry.save(
        next_year,
        [
            row(
                kayla,
                in_district_credits=Decimal("2.50"),
                concentrator=True,
                version=record.version,
            )
        ],
        by="MARTIN, CHERYL",
    )
    assert ready.missing() == [], "records of the new year do not stand in the way of the old one"
    client.force_login(ready.primary.user)
    page = text(client.get("/districts/9012/2026/"))
    assert "Finish 2024-25" in page and "What was sent can be signed through" in page
    signed = ready.sign()
    assert signed.sealed
    copy = SealedCopy.objects.get()
    sealed_record = SealedRecord.objects.get()
    assert (sealed_record.total_credits, sealed_record.concentrator) == (
        Decimal("1.50"),
        False,
    ) and differences(copy) == []
    saved = entry.save(
        next_year,
        [row(kayla, in_district_credits=Decimal("3.00"), version=record.version + 1)],
        by="MARTIN, CHERYL",
    )
    assert saved.applied.updated == 1, "the seal of 2024-25 locks nothing of 2025-26"
    assert "Finish 2024-25" not in text(client.get("/districts/9012/2026/"))


def test_data_of_the_new_year_wait_until_last_year_is_signed(
    client: Client, ready: Ready, keeper: User, clerk: User, kayla: Student
) -> None:
    """FR-206: a resync would replace what is still to be signed."""
    assert activate(client, keeper, unfinished="finish").status_code == 302
    next_year = Scope("9012", 2026)
    client.force_login(clerk)
    page = text(client.get("/districts/9012/2026/resync/"))
    assert "2024-25 is still to be certified, through" in page and "Send Resync" not in page
    answer = client.post(
        "/districts/9012/2026/resync/", {"everything": "on", "key": str(uuid.uuid4())}, follow=True
    )
    assert (
        "Nothing was sent." in text(answer)
        and StateCopy.objects.of_district("9012").end_year == 2025
    )  # type: ignore[union-attr]
    batch = submit_resync(next_year, NAMES, by=clerk)
    run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Status.FAILED and "2024-25 is still to be certified" in batch.sentence
    ready.sign()
    batch = submit_resync(next_year, NAMES, by=clerk)
    assert run(batch.pk)
    assert StateCopy.objects.of_district("9012").end_year == 2026  # type: ignore[union-attr]
    assert differences(SealedCopy.objects.get()) == []


def test_who_had_not_sent_everything_does_not_finish(
    client: Client, ready: Ready, keeper: User, kayla: Student, elsewhere: District_
) -> None:
    """FR-206: what was not sent would not be in what is signed."""
    ready.change(kayla, in_district_credits=Decimal("2.00"))
    page = next_year_page(client, keeper)
    assert "It cannot finish: 1 row not sent." in page and "Let them finish" not in page
    assert activate(client, keeper, unfinished="finish").status_code == 200, "nobody can"
    assert activate(client, keeper, unfinished="closed").status_code == 302
    assert "open" in ready.missing()
    CertificationEvent.objects.update(after_year="finish", may_finish=["9012"])
    assert ready.missing() == ["sent"], "the gate asks again, under the lock"


def test_last_year_is_finished_within_its_dates(client: Client, ready: Ready, keeper: User) -> None:
    assert activate(client, keeper, unfinished="finish").status_code == 302
    CertificationEvent.objects.update(
        due=timezone.localdate() - 2 * A_DAY, corrections_until=timezone.localdate() - A_DAY
    )
    assert "open" in ready.missing() and holds_sending(Scope("9012", 2026)) == ""
    assert "It could be signed through" in ready.case().district_event.status.sentence


def test_a_resync_that_waited_until_its_year_was_over_is_refused_by_name(
    client: Client, sealed: Ready, keeper: User, clerk: User
) -> None:
    """M-9: work runs in the year it was asked for, or not at all."""
    batch = submit_resync(sealed.scope, NAMES, by=clerk)
    assert activate(client, keeper).status_code == 302
    run(batch.pk)
    batch.refresh_from_db()
    assert (
        batch.status == Status.FAILED
        and "2024-25 is no longer the current school year" in batch.sentence
    )


def test_the_clerks_first_day_speaks_of_the_new_year(
    client: Client, sealed: Ready, keeper: User, clerk: User
) -> None:
    """walk 5: last upload, last resync and what is not sent were last year's."""
    upload = submit("upload", by=clerk, title="MT Data Upload", scope=sealed.scope)
    Batch.objects.filter(pk=upload.pk).update(
        status=Status.COMPLETED, sentence="273 rows are now saved.", finished_at=timezone.now()
    )
    client.force_login(clerk)
    assert "273 rows are now saved." in text(client.get("/districts/9012/2025/"))
    assert activate(client, keeper).status_code == 302
    client.force_login(clerk)
    page = text(client.get("/districts/9012/2026/"))
    assert (
        "273 rows" not in page
        and "Nothing of 2025-26 has been sent to the state yet." in page
        and "last resync" not in page
    )


def test_the_set_up_page_says_that_the_year_is_over(
    client: Client, cottonwood: District_, keeper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """walk 27: a green tick stood beside 2024-25 in November 2026."""
    client.force_login(keeper)
    page = text(client.get("/admin/"))
    assert "2024-25 ended on 06/30/2025." in page and "Make 2025-26 current" in page
    monkeypatch.setattr(set_up.timezone, "localdate", lambda: datetime.date(2025, 6, 30))
    assert "2024-25 is the current year." in text(client.get("/admin/"))
