"""Fall CTE is certified: what became of the leavers of a year, sealed in a form of its own (design
D7, R-FUP-18).
"""

from __future__ import annotations

import datetime
import re
import uuid
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certification.board.board import lines_of
from certification.board.line import Line, Stand
from certification.collections.chosen import collection_of_copy
from certification.collections.fall.statewide import follow_ups
from certification.events import year_end
from certification.models import SealedCopy, SealedOutcome
from certification.receipts.receipts import receipt_url
from certification.signing import gates, sealing
from certification.signing.refusals import NotReady
from cte_portal.accounts.models import User
from cte_portal.refusals import Refusal
from pathways.follow_up.drawing import follow_up_list
from pathways.lists import publish
from pathways.models import (
    CollectionLock,
    FollowUpYear,
    Outcome,
    OutcomeDifference,
    PostProgramStatus,
    SchoolYear,
    Student,
)
from pathways.reports.leavers import rows
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import STUDENT
from tests.certification.ready_fall import COLLEGE, LOOKING, NOT_REACHED, WORK, ReadyFall
from tests.fixtures.certification import make_event, make_fall_event
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import BUSINESS, FINANCE, District_
from tests.pathways.desk import text

SEALED = "certification_seal_is_append_only"


@pytest.fixture
@stands
def fall(cottonwood: District_, clerk: User, kayla: Student) -> ReadyFall:
    ready = ReadyFall(cottonwood, make_fall_event(), clerk)
    ready.record(kayla)
    ready.record(kayla, BUSINESS)
    return ready


def test_the_outcomes_are_signed_sealed_and_locked(fall: ReadyFall, kayla: Student) -> None:
    fall.prepare()
    assert fall.missing() == []
    assert fall.sign().sealed
    copy = SealedCopy.objects.get(round__event=fall.event)
    assert copy.receipt == "9012-2024-FALL-1" and copy.form_version == 3
    sealed = SealedOutcome.objects.get()
    assert (sealed.state_id, sealed.end_year, sealed.exit) == ("999000123", 2024, "graduate")
    assert (sealed.status, sealed.means, sealed.attempts) == (COLLEGE, "phone", 1)
    assert sealed.is_placed and sealed.date_contacted == timezone.localdate()
    names = [line.partition(" ")[2] for line in sealed.pathways.splitlines()]
    assert sorted(names) == ["Business Management", "Health Professions"]
    assert copy.counts["totals"] == {
        "records": 1,
        "students": 1,
        "graduates": 1,
        "dropouts": 0,
        "answered": 1,
        "placed": 1,
        "unknown": 0,
        "elsewhere": 0,
    }
    assert sealing.differences(copy) == []
    lock = CollectionLock.objects.get()
    assert (lock.collection, lock.end_year) == ("cte-fall", 2024)
    with pytest.raises(Refusal, match="locked"):
        fall.set_outcome(kayla, WORK)


def test_the_text_of_the_seal_can_be_written_and_begins_with_form_3(fall: ReadyFall) -> None:
    fall.prepare()
    fall.sign()
    written = StringIO()
    call_command("verify_sealed", text="9012-2024-FALL-1", stdout=written)
    lines = written.getvalue().splitlines()
    assert lines[:2] == ["cte-portal certification 3", "cte-fall 2024 9012 round 1"]
    (line,) = [line for line in lines if line.startswith("999000123\t")]
    assert len(line.split("\t")) == len(rows.COLUMNS)


@pytest.mark.parametrize("act", ["update", "delete", "insert"])
def test_nothing_is_changed_or_added_after_the_seal(fall: ReadyFall, act: str) -> None:
    fall.prepare()
    fall.sign()
    outcome = SealedOutcome.objects.get()
    with pytest.raises(IntegrityError, match=SEALED), transaction.atomic():
        if act == "update":
            SealedOutcome.objects.update(status=WORK)
        elif act == "delete":
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM certification_sealedoutcome")
        else:
            outcome.pk, outcome.state_id = None, "999000999"
            outcome.save(force_insert=True)
    assert SealedOutcome.objects.get().status == COLLEGE


def test_r_fup_02_a_draft_is_not_signed(fall: ReadyFall) -> None:
    fall.send()
    assert "drawn" in fall.missing()
    follow_up_list(fall.scope)
    verdicts = gates.verdicts(fall.case())
    verdict = next(verdict for verdict in verdicts if verdict.gate.slug == "drawn")
    assert verdict.title == "The list is a draft"
    with pytest.raises(NotReady, match="Certify End of Year first"):
        fall.sign()


def test_who_was_neither_reached_nor_tried_enough_is_in_the_way(
    fall: ReadyFall, cottonwood: District_
) -> None:
    maria = cottonwood.student("999000124", "Blair")
    fall.record(maria)
    fall.prepare()
    open_again = Outcome.objects.get(student=maria)
    fall.entry(maria).attempts.update(status="", taken_back_at=None)
    with transaction.atomic():
        Outcome.objects.filter(pk=open_again.pk).delete()
    fall.send()
    fall.wait()
    assert fall.missing() == ["tried"]
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    fall.answer(maria, "", date=yesterday, means="email")
    assert fall.missing() == ["tried"]
    fall.answer(maria, NOT_REACHED, means="text")
    fall.send()
    fall.wait()
    assert fall.missing() == []


def test_a_date_outside_the_window_is_in_the_way(fall: ReadyFall) -> None:
    fall.prepare()
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    FollowUpYear.objects.filter(pk=2024).update(opens=tomorrow)
    assert fall.missing() == ["contacted"]


def test_an_outcome_that_is_not_at_the_state_is_in_the_way(fall: ReadyFall, kayla: Student) -> None:
    fall.prepare()
    fall.set_outcome(kayla, WORK)
    assert fall.missing() == ["outcomes", "match"]
    fall.send()
    fall.wait()
    assert fall.missing() == []


def test_gate_and_board_count_outcomes_and_leavers_that_the_state_has_not(
    fall: ReadyFall, kayla: Student
) -> None:
    """Design D6: what the list rests on is sent like its outcomes."""
    fall.prepare()
    fall.set_outcome(kayla, WORK)
    name = RowEdit({"last_name": "Andersen"}, kayla.pk, editing.version_of(STUDENT, kayla.pk))
    editing.write(fall.sending_scope, [(STUDENT, name)], by="MARTIN, CHERYL")
    answer = next(v.answer for v in gates.verdicts(fall.case()) if v.gate.slug == "outcomes")
    assert answer.sentence == "1 outcome and 1 leaver differ from the state."
    line = next(line for line in lines_of(fall.event) if line.number == "9012")
    assert line.not_sent == 2 and "outcomes" in line.closed
    fall.send(("Student",))
    line = next(line for line in lines_of(fall.event) if line.number == "9012")
    assert line.not_sent == 1 and fall.missing() == ["outcomes", "match"]
    fall.send()
    line = next(line for line in lines_of(fall.event) if line.number == "9012")
    assert line.not_sent == 0 and fall.missing() == []


def test_records_of_the_current_year_do_not_stand_in_the_way(
    fall: ReadyFall, cottonwood: District_
) -> None:
    fall.prepare()
    cottonwood.record(cottonwood.student("999000125", "Young"), BUSINESS)
    assert fall.missing() == []


def test_a_signature_falls_when_what_it_covers_moves(fall: ReadyFall, kayla: Student) -> None:
    fall.certifier("mreyes2", "Reyes", "Maria")
    fall.prepare()
    signature = fall.sign().signature
    fall.answer(kayla, LOOKING, means="email")
    signature.refresh_from_db()
    assert signature.voided_at is not None
    fall.sign()
    assert not SealedCopy.objects.filter(round__event=fall.event).exists()


def test_what_opi_says_of_a_status_is_sealed_with_it(fall: ReadyFall) -> None:
    fall.prepare()
    fall.sign()
    PostProgramStatus.objects.filter(code=COLLEGE).update(is_placed=False, name="School")
    copy = SealedCopy.objects.get(round__event=fall.event)
    assert sealing.differences(copy) == [] and copy.counts["totals"]["placed"] == 1


def test_it_can_be_signed_when_the_next_year_has_begun(fall: ReadyFall) -> None:
    fall.prepare()
    SchoolYear.objects.update(is_active=False)
    SchoolYear.objects.filter(pk=2026).update(is_active=True)
    assert "open" not in fall.missing()


def test_pages_of_the_event_name_the_leavers(fall: ReadyFall, client: Client) -> None:
    fall.prepare()
    client.force_login(fall.primary.user)
    page = text(client.get(fall.case().path))
    assert "Ready to sign" in page and "1 graduate" in page and "Fall CTE Follow-up" in page
    assert "Single parents" not in page
    for name in ("snapshot/", "changes/", "lists/placed/"):
        assert client.get(f"{fall.case().path}{name}").status_code == 200
    assert "ANDERSON, KAYLA R." in text(client.get(f"{fall.case().path}lists/placed/"))
    fall.sign()
    copy = SealedCopy.objects.get(round__event=fall.event)
    page = text(client.get(receipt_url(copy)))
    assert "Pathway records" not in page and "0 errors" not in page
    assert "Placed" in page and "Health Professions" in page


def test_the_sealed_file_is_fall_cte_and_the_same_every_time(fall: ReadyFall) -> None:
    fall.prepare()
    fall.sign()
    copy = SealedCopy.objects.get(round__event=fall.event)
    files = []
    for _ in range(2):
        into = BytesIO()
        assert collection_of_copy(copy).extract(into, copy, "tsv") == 1
        files.append(into.getvalue())
    assert files[0] == files[1]
    (line,) = [line for line in files[0].decode().splitlines() if line.startswith("CT\t")]
    assert line.split("\t")[8:10] == ["Y", COLLEGE] and FINANCE not in line


def test_the_board_says_ready_when_the_gates_are_open(fall: ReadyFall, kayla: Student) -> None:
    def line() -> Line:
        return next(line for line in lines_of(fall.event) if line.number == "9012")

    fall.send()
    assert line().stand is Stand.NOT_STARTED
    fall.prepare()
    assert line().stand is Stand.READY and fall.missing() == []
    fall.set_outcome(kayla, WORK)
    assert line().stand is Stand.IN_PROGRESS
    assert line().closed == ["outcomes", "match"] == fall.missing()
    fall.send()
    fall.wait()
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    FollowUpYear.objects.filter(pk=2024).update(opens=tomorrow)
    assert line().closed == ["contacted"] == fall.missing()


def test_the_board_counts_who_is_still_to_be_tried_like_the_gate(
    fall: ReadyFall, cottonwood: District_
) -> None:
    maria = cottonwood.student("999000124", "Blair")
    fall.record(maria)
    publish.publish()
    fall.draw()
    for student in Student.objects.filter(state_id="999000123"):
        fall.answer(student)
    for days, means, open_lines in (
        (0, "phone", 1),
        (0, "text", 1),
        (0, "phone", 1),
        (1, "phone", 0),
    ):
        day = timezone.localdate() - datetime.timedelta(days=days)
        fall.answer(maria, "", date=day, means=means, note=f"{days} {means} {open_lines}")
        known = follow_ups(["9012", "0965"], 2024)
        assert known["9012"].open == open_lines
    assert known["9012"].rates.of == 2 and known["0965"].rates.of == 0
    fall.send()
    fall.wait()
    assert fall.missing() == []


def test_r_fup_19_a_late_answer_is_refused_with_the_way_to_recertification(
    fall: ReadyFall, kayla: Student, client: Client
) -> None:
    """R-FUP-19: what was certified changes by a recertification alone."""
    fall.prepare()
    fall.sign()
    copy = SealedCopy.objects.get(round__event=fall.event)
    client.force_login(fall.clerk)
    line = f"/districts/9012/2024/cte-follow-up/{fall.entry(kayla).pk}/"
    answer = client.post(
        line,
        {
            "status": WORK,
            "means": "phone",
            "date": f"{timezone.localdate():%m/%d/%Y}",
            "time": "",
            "note": "",
            "seen": "0",
            "then": "stay",
        },
        follow=True,
    )
    page = text(answer)
    assert "A late answer needs a recertification." in page
    assert "A certifier of the district can ask OPI to reopen it." in page
    assert receipt_url(copy) in answer.content.decode()
    assert Outcome.objects.get().status == COLLEGE
    client.force_login(fall.primary.user)
    page = client.get(receipt_url(copy)).content.decode()
    request = reverse("recertification-new", args=["9012", 2024, fall.event.pk])
    assert request in page and client.get(request).status_code == 200


def test_the_next_years_pages_lead_to_the_event_of_its_leavers(
    fall: ReadyFall, client: Client
) -> None:
    """The class of 2024 is followed up in 2024-25: people work in that year."""
    fall.prepare()
    client.force_login(fall.primary.user)
    address = fall.case().path
    assert address.startswith("/districts/9012/2024/")
    for place in ("", "event-certification/", "event-certification/status/"):
        answer = client.get(f"/districts/9012/2025/{place}")
        assert answer.status_code == 200 and address in answer.content.decode(), place
    home = text(client.get("/districts/9012/2025/"))
    assert "Certify & Submit: Fall CTE 2023-24" in home and "Ready to sign." in home
    assert "Fall CTE: must be certified by" in home and "Your signature is needed." in home
    assert client.get(address.replace("/2024/", "/2025/")).status_code == 404
    fall.sign()
    assert "Certify & Submit: Fall CTE" not in text(client.get("/districts/9012/2025/"))


def test_end_of_year_stays_the_step_of_its_own_year(fall: ReadyFall, client: Client) -> None:
    make_event(name="End of Year 2024-25")
    fall.prepare()
    client.force_login(fall.primary.user)
    home = text(client.get("/districts/9012/2025/"))
    assert home.count("Certify & Submit") >= 2
    steps = ["Certify & Submit", "Follow up the leavers", "Certify & Submit: Fall CTE 2023-24"]
    places = [home.index(step) for step in steps]
    assert places == sorted(places)


def test_the_end_of_a_school_year_asks_nothing_of_fall_events(fall: ReadyFall) -> None:
    make_fall_event(end_year=2025)
    assert year_end.unfinished() is None


def test_the_board_tells_rates_and_no_small_group(
    fall: ReadyFall, cottonwood: District_, opi: User, client: Client
) -> None:
    """R-FUP-20: fewer than ten leavers are not told, nor what a subtraction would tell."""
    for number in range(30):
        fall.record(cottonwood.student(f"9990005{number:02d}", "Young"))
    publish.publish()
    fall.draw()
    for number in range(25):
        student = Student.objects.get(state_id=f"9990005{number:02d}")
        fall.answer(student, COLLEGE if number < 14 else LOOKING)
    (line,) = [line for line in lines_of(fall.event) if line.number == "9012"]
    assert line.leavers == ["31", "*", "*", "14"] and not line.is_below_target
    FollowUpYear.objects.filter(pk=2024).update(target="45.20")
    client.force_login(opi)
    answer = client.get("/opi/status-board/")
    page = text(answer)
    assert "Worked on" in page and "Validate all" not in page and "fewer than 10 leavers" in page
    assert "14 below the target" in page
    file = client.get("/opi/status-board/csv/").content.decode()
    assert "Outcomes and leavers not sent" in file and ",31,*,*,14,Yes,some," in file
    FollowUpYear.objects.filter(pk=2024).update(target="45.10")
    assert "below the target" not in text(client.get("/opi/status-board/"))
    assert line.not_sent == 56
    cells = re.findall(r">\s*(?:<b>)?56\b", answer.content.decode())  # not a minute of a time
    assert not cells, "outcomes and leavers together tell both"


def test_a_difference_with_a_file_is_in_the_way_until_somebody_decides(
    fall: ReadyFall, kayla: Student
) -> None:
    fall.prepare()
    difference = OutcomeDifference.objects.create(
        entry=fall.entry(kayla),
        batch=uuid.uuid4(),
        status=WORK,
        date_contacted=timezone.localdate(),
        stored_status=COLLEGE,
        stored_date=timezone.localdate(),
        by="MARTIN, CHERYL",
        at=timezone.now(),
    )
    (line,) = [line for line in lines_of(fall.event) if line.number == "9012"]
    assert line.closed == ["resolved"] == fall.missing()
    with pytest.raises(NotReady, match="1 line of a file says something else"):
        fall.sign()
    OutcomeDifference.objects.filter(pk=difference.pk).update(
        resolution="kept",
        resolved_at=timezone.now(),
        resolved_by="MARTIN, CHERYL",
        act=uuid.uuid4(),
    )
    assert fall.missing() == []
