"""Recertification: asked for or demanded, answered once, given up or sealed again; what was
certified stays official meanwhile.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connections
from django.test import Client
from django.utils import timezone

from certification.models import (
    CertificationEvent,
    Certifier,
    Recertification,
    Round,
)
from certification.models.dates import in_short, in_words
from certification.recertification import approval, ending, recertification
from certification.review.since import Since
from certification.signing.sealing import differences
from certification.status.status import year_is_held
from cte_portal.accounts.models import AuditEvent, Membership, Role, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.refusals import Refusal
from pathways.models import CollectionLock, SchoolYear, Student
from tests.certification.either import both, ready
from tests.certification.ready import Ready
from tests.certification.sealed import WHY, Sealed, page_of, sealed
from tests.fixtures.people import person
from tests.fixtures.records import District_
from tests.pathways.desk import text

__all__ = ["ready", "sealed"]

INBOX = "/opi/recertification/"
CHANGED = {
    "cte-eoy": {("Start Date", "08/01/2022")},
    "cte-fall": {("Post-program Status", "04"), ("Means", "–")},
}
"""Fields, and what they are now."""


def act(client: Client, request: Recertification, do: str, **values: str) -> Any:
    return client.post(page_of(request), {"do": do, **values}, follow=True)


@both
def test_r_13_asked_answered_and_corrected_in_one_thread(
    client: Client, sealed: Sealed, opi: User
) -> None:
    client.force_login(sealed.primary.user)
    event = sealed.ready.path
    assert "Request recertification" in text(client.get(event)) and "Request a correction" in text(
        _as(opi).get(event)
    )
    answer = client.post(sealed.asking, WHY, follow=True)
    request = Recertification.objects.get()
    assert answer.request["PATH_INFO"] == page_of(
        request
    ) and "Your request was sent to OPI" in text(answer)
    assert (
        "Request recertification" not in text(client.get(event))
        and page_of(request) in client.get(event).content.decode()
    )
    assert sealed.word == "Recertification Request Sent" and CollectionLock.objects.exists(), (
        "nothing is unlocked by asking"
    )
    second_client = Client()
    second_client.force_login(opi)
    assert "Two students were left out." in text(second_client.get(INBOX))
    seen = text(second_client.get(page_of(request)))
    assert "Two records are added." in seen and "Nothing has changed since certification." in seen
    act(second_client, request, "message", text="Which two?")
    act(second_client, request, "message", text="Which two?")
    assert text(client.get(page_of(request))).count("Which two?") == 1, (
        "a double click is one message"
    )
    assert f"The {sealed.data} are open for corrections." in text(
        act(second_client, request, "approve", answer="Until Friday.")
    )
    request.refresh_from_db()
    assert (request.status, request.opened_round and request.opened_round.number) == ("approved", 2)
    assert sealed.word == "Recertification In Progress" and not CollectionLock.objects.exists()
    assert sealed.rounds[1].status == "sealed", "the first copy stays official (C-26)"
    assert sealed.round.signatures.filter(voided_at=None).count() == 1
    seen = text(client.get(page_of(request)))
    assert "Until Friday." in seen and "Which two?" in seen
    events = AuditEvent.objects.about("recertification", f"{sealed.event.pk}/9012")
    assert [(event.by, event.after["Status"]) for event in events] == [
        ("DOE, JANE", "Waiting for an answer"),
        ("LUND, OLA", "Approved"),
    ]
    assert events[0].reason == WHY["reason"]


@both
@pytest.mark.parametrize("values", [{"reason": ""}, {"what_changes": " "}, {"reason": "x" * 1001}])
def test_c_25_without_a_reason_it_is_refused_and_kept(
    values: dict[str, str], client: Client, sealed: Sealed
) -> None:
    client.force_login(sealed.primary.user)
    answer = client.post(sealed.asking, {**WHY, **values})
    assert "There is a problem" in text(answer) and not Recertification.objects.exists()


@both
def test_c_25_asked_twice_it_is_the_same_request(
    client: Client, sealed: Sealed, director: Certifier
) -> None:
    first = sealed.ask()
    assert (
        recertification.ask(
            sealed.scope, sealed.event.pk, by=director.user, reason="Other", what_changes="Other"
        )
        == first
    )
    client.force_login(director.user)
    assert client.get(sealed.asking)["Location"] == page_of(first)
    assert Recertification.objects.count() == 1


@both
def test_c_25_a_plain_clerk_asks_for_nothing(
    client: Client, sealed: Sealed, clerk: User, stranger: User
) -> None:
    for user, expected in ((clerk, 403), (stranger, 404)):
        client.force_login(user)
        assert client.post(sealed.asking, WHY).status_code == expected
    request = sealed.ask()
    client.force_login(clerk)
    assert "Two students were left out." in text(client.get(page_of(request))), "colleagues read it"
    for do in ("message", "approve", "deny", "undo", "withdraw", "abandon", "nonsense"):
        assert act(client, request, do, text="x", answer="x").status_code == 403, do
    Certifier.objects.update(is_active=False)
    with pytest.raises(Refusal, match="Only a certifier"):
        sealed.ask()


@both
def test_c_25_before_all_have_signed_it_is_refused(client: Client, ready: Ready) -> None:
    ready.certifier("mreyes2", "Reyes", "Maria")
    assert not ready.sign().sealed
    with pytest.raises(Refusal, match="Not all certifiers have signed"):
        recertification.ask(ready.scope, ready.event.pk, by=ready.primary.user, **WHY)
    client.force_login(ready.primary.user)
    asking = f"{ready.place}recertification/new/{ready.event.pk}/"
    assert "Not all certifiers have signed" in text(client.get(asking))


@both
def test_c_31_after_the_correction_date_it_is_refused_with_whom_to_ask(
    sealed: Sealed, opi: User
) -> None:
    request = sealed.ask()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=25), tick=False):
        with pytest.raises(Refusal, match=r"Corrections ended .* Contact AIM Unit, 406-555-0142"):
            recertification.approve(sealed.scope, request.pk, by=opi, answer="")
        recertification.withdraw(sealed.scope, request.pk, by=sealed.primary.user)
        with pytest.raises(Refusal, match="Corrections ended"):
            sealed.ask()
        with pytest.raises(Refusal, match="Corrections ended"):
            recertification.demand(sealed.scope, sealed.event.pk, by=opi, reason="x", findings=[])


@both
def test_c_32_an_event_that_opi_closed_is_closed_for_requests_too(
    client: Client, sealed: Sealed, opi: User
) -> None:
    request = sealed.ask()
    CertificationEvent.objects.filter(pk=sealed.event.pk).update(status="closed")
    for refused in (
        lambda: sealed.ask(),
        lambda: recertification.approve(sealed.scope, request.pk, by=opi, answer=""),
    ):
        with pytest.raises(Refusal, match="closed this event"):
            refused()
    client.force_login(sealed.primary.user)
    assert client.post(sealed.asking, WHY).status_code == 404
    inbox = _as(opi).get(INBOX)
    assert "the event is closed" in text(inbox) and page_of(request) not in inbox.content.decode()


@both
def test_denied_with_a_reason_the_certification_stands(
    client: Client, sealed: Sealed, opi: User
) -> None:
    request = sealed.ask()
    client.force_login(opi)
    assert "Enter why it is denied" in text(act(client, request, "deny", answer=""))
    assert "Denied. The certification stays in effect." in text(
        act(client, request, "deny", answer="It is too late for this.")
    )
    assert sealed.word == "Certification Sent to State" and CollectionLock.objects.exists()
    client.force_login(sealed.primary.user)
    assert "It is too late for this." in text(client.get(page_of(request)))
    again = sealed.ask()
    assert again != request, "one may ask anew"
    assert "Withdrawn. The certification stays in effect." in text(act(client, again, "withdraw"))
    assert "The district has withdrawn this" in text(act(_as(opi), again, "approve"))
    assert "The district has withdrawn this" in text(act(_as(opi), again, "message", text="Why?"))


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@both
def test_c_28_opi_demands_a_correction_with_findings_but_no_names(
    client: Client, sealed: Sealed, opi: User, cottonwood: District_
) -> None:
    demand = sealed.demanding
    client.force_login(opi)
    assert client.get(demand).status_code == 200
    assert "Enter the reason" in text(client.post(demand, {"reason": ""}))
    client.post(demand, {"reason": "Credits cannot be right."})
    client.post(demand, {"reason": "Credits cannot be right."})
    (request,) = Recertification.objects.all()
    assert (request.origin, request.status, request.asked_by) == ("opi", "approved", "LUND, OLA")
    assert not CollectionLock.objects.exists() and sealed.word == "Recertification In Progress"
    for batch in Batch.objects.filter(kind="letter"):
        run(batch.pk)
    (letter,) = [sent for sent in mail.outbox if "has asked your district" in sent.body]
    assert (
        letter.to == ["jdoe2@example.org"] and "has asked your district to correct" in letter.body
    )
    assert (
        "9012 Cottonwood Bend" in letter.subject
        and f"{sealed.event.due:%Y}" in letter.subject
        and "Anderson" not in letter.body
    )
    (deed,) = AuditEvent.objects.about("recertification", f"{sealed.event.pk}/9012")
    assert (deed.by, deed.reason, deed.after["Records"]) == (
        "LUND, OLA",
        "Credits cannot be right.",
        "open",
    )
    client.force_login(sealed.primary.user)
    assert act(client, request, "abandon").status_code == 403, (
        "what OPI demands, the district does not let go"
    )


@both
def test_opis_navigation_counts_the_requests_that_wait(
    sealed: Sealed, opi: User, clerk: User
) -> None:
    """walk 10: the entry had no count, so that OPI had to look."""
    entry = f'href="{INBOX}"'

    def number_shown(user: User, address: str) -> str:
        page = _as(user).get(address).content.decode()
        link = f"<a {page[page.index(entry) :].split('</a>')[0]}</a>" if entry in page else ""
        return text(link)

    assert number_shown(opi, "/opi/status-board/").strip() == "Recertification requests", (
        "none waits"
    )
    request = sealed.ask()
    for address in ("/opi/status-board/", sealed.ready.place):
        assert number_shown(opi, address).split() == [
            "Recertification",
            "requests",
            "1",
            "open",
        ], address
    assert number_shown(clerk, sealed.ready.place) == ""
    act(_as(opi), request, "approve")
    assert number_shown(opi, "/opi/status-board/").strip() == "Recertification requests"


def test_findings_are_attached_as_rules_and_numbers(
    client: Client, sealed: Sealed, opi: User
) -> None:
    """End of Year's alone: Fall CTE has no findings."""
    CollectionLock.objects.all().delete()
    byrd = sealed.ready.district.student("999000124", "Byrd", "Ann")
    sealed.ready.record(byrd, concentrator=True)
    sealed.ready.send()
    client.force_login(opi)
    page = client.get(sealed.demanding).content.decode()
    (rule,) = {part.split('"')[0] for part in page.split('name="findings" value="')[1:]}
    client.post(sealed.demanding, {"reason": "x", "findings": [rule]})
    (request,) = Recertification.objects.all()
    assert [(part["rule"], part["count"]) for part in request.findings] == [(rule, 1)]
    assert "BYRD" not in str(request.findings).upper()
    assert rule in text(client.get(page_of(request)))


@both
def test_o_14_an_answer_is_taken_back_within_five_minutes_and_its_letter_never_goes_out(
    client: Client, sealed: Sealed, opi: User
) -> None:
    request = sealed.ask()
    before = CollectionLock.objects.values_list(
        "district", "since", "by", "reason", "reference"
    ).get()
    client.force_login(opi)
    act(client, request, "approve")
    letter = Batch.objects.get(options__template="recertification_answered")
    assert not run(letter.pk), "it waits for the five minutes"
    until, facts = sealed.event.corrections_until, letter.options["told"]
    assert f"(due {in_short(until)})" in letter.options["subject"]
    assert (facts["answer"], facts["due"]) == (
        "Approved",
        f"To be signed again by {in_words(until)}",
    )
    assert "Withdraw the answer" in text(client.get(page_of(request)))
    assert "The request is open again." in text(act(client, request, "undo"))
    request.refresh_from_db()
    assert (request.status, request.opened_round, request.answered_by) == ("asked", None, "")
    assert (
        CollectionLock.objects.values_list("district", "since", "by", "reason", "reference").get()
        == before
    )
    letter.refresh_from_db()
    assert letter.status == "canceled" and not sealed.ready.rounds.open().exists()
    act(client, request, "deny", answer="No")
    Round.objects.filter(pk=request.sealed_round_id).update(
        approved_at=timezone.now(), approved_by="LUND, OLA"
    )
    assert "OPI has since approved the certification" in text(act(client, request, "undo"))
    Round.objects.filter(pk=request.sealed_round_id).update(approved_at=None, approved_by="")
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=5, seconds=1), tick=False):
        assert "Take the answer back" not in text(client.get(page_of(request)))
        assert "five minutes" in text(act(client, request, "undo"))
    assert "The request is open again." in text(act(client, request, "undo"))
    act(client, request, "approve")
    assert sealed.ready.rounds.open().get().number == 3


@both
def test_an_answer_from_which_something_followed_stands(
    sealed: Sealed, opi: User, kayla: Student
) -> None:
    request = sealed.ask()
    recertification.approve(sealed.scope, request.pk, by=opi, answer="")
    sealed.ready.change(kayla, single_parent=True)
    with pytest.raises(Refusal, match="Records have already been changed"):
        recertification.undo(sealed.scope, request.pk, by=opi)
    assert not CollectionLock.objects.exists()


@both
def test_given_up_only_when_everything_is_as_it_was_certified(
    client: Client, sealed: Sealed, opi: User, kayla: Student
) -> None:
    request = sealed.ask()
    lock = CollectionLock.objects.values_list("since", "by", "reason", "reference").get()
    recertification.approve(sealed.scope, request.pk, by=opi, answer="")
    sealed.ready.change(kayla, single_parent=True)
    client.force_login(sealed.primary.user)
    page = text(client.get(page_of(request)))
    field = {"cte-eoy": "Student Single Parent", "cte-fall": "Post-program Status"}
    assert "1 record differs: 1 changed." in page and field[sealed.event.collection] in page
    refused = text(act(client, request, "abandon"))
    assert (
        "District edition: 1 record differs: 1 changed. Restore what was certified first" in refused
        and not CollectionLock.objects.exists()
    )
    sealed.ready.send()
    sealed.ready.restore(kayla)
    assert "State edition: 1 record differs: 1 changed. Resync first" in text(
        act(client, request, "abandon")
    )
    sealed.ready.send()
    assert f"The {sealed.data} are locked again" in text(act(client, request, "abandon"))
    assert f"The {sealed.data} are locked again" in text(act(client, request, "abandon")), (
        "twice is once"
    )
    request.refresh_from_db()
    assert (request.status, sealed.rounds[2].status, sealed.word) == (
        "closed",
        "abandoned",
        "Certification Sent to State",
    )
    assert CollectionLock.objects.values_list("since", "by", "reason", "reference").get() == lock


@both
def test_opi_approves_a_certification_once(sealed: Sealed, opi: User) -> None:
    assert approval.accept(sealed.scope, sealed.event.pk, by=opi) is True
    assert approval.accept(sealed.scope, sealed.event.pk, by=opi) is False
    assert sealed.word == "Certification Approved by State"
    assert AuditEvent.objects.filter(kind="certification", by="LUND, OLA").count() == 1
    sealed.ask()
    with pytest.raises(Refusal, match="recertification is open"):
        approval.accept(sealed.scope, sealed.event.pk, by=opi)


@both
def test_a_request_of_another_district_is_not_reached(
    client: Client, sealed: Sealed, stranger: User
) -> None:
    request = sealed.ask()
    client.force_login(stranger)
    assert client.get(page_of(request).replace("9012", "0965")).status_code == 404
    assert client.get(page_of(request)).status_code == 404


@both
def test_a_year_that_is_over_is_not_reopened(sealed: Sealed) -> None:
    """End of Year's: a follow-up is reopened by its dates alone, whichever year is the current one."""
    SchoolYear.objects.filter(is_active=True).update(is_active=False)
    SchoolYear.objects.filter(end_year=2026).update(is_active=True)
    if sealed.event.is_of_leavers:
        assert sealed.ask().status == "asked"
        return
    with pytest.raises(Refusal, match="is no longer the current school year"):
        sealed.ask()
    assert sealed.word == "Certification Sent to State" and sealed.round.status == "sealed"


@both
def test_c_26_asked_reopened_corrected_and_sealed_again(
    sealed: Sealed, kayla: Student, opi: User
) -> None:
    ready, first = sealed.ready, sealed.copy
    lock = CollectionLock.objects.values_list("since", "by", "reason", "reference").get()
    request = sealed.ask()
    recertification.approve(sealed.scope, request.pk, by=opi, answer="")
    request = ending.abandon(sealed.scope, request.pk, by=ready.primary.user)
    assert CollectionLock.objects.values_list("since", "by", "reason", "reference").get() == lock, (
        "the lock is the seal's own again"
    )
    again = sealed.ask()
    recertification.approve(sealed.scope, again.pk, by=opi, answer="")
    ready.change(kayla, single_parent=True)
    assert ready.not_sent[0] in ready.missing() and ready.copies.official().get() == first, (
        "the first stays official meanwhile"
    )
    ready.bring()
    signed = ready.sign()
    again.refresh_from_db()
    assert signed.sealed and (again.status, signed.signature.round.number) == ("closed", 3)
    assert (request.outcome_words, again.outcome_words) == (
        "Ended without certifying again",
        "Certified again",
    )
    assert ready.copies.official().get() == signed.signature.round.sealed_copy
    first.round.refresh_from_db()
    assert (
        first.round.status == "superseded"
        and differences(first) == []
        and CollectionLock.objects.count() == 1
    )


@both
@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_c_27_of_two_answers_at_once_the_first_holds_and_the_second_is_told(
    sealed: Sealed, opi: User
) -> None:
    second_person = person("other", "Hale", "Robin", (Role.OPI_STAFF, ""))
    for _ in range(5):
        request, answers, start = sealed.ask(), [], threading.Barrier(2)

        def decide(
            act: Callable[..., Any],
            by: User,
            request: Recertification = request,
            answers: list[str] = answers,
            start: Any = start,
        ) -> None:
            start.wait()
            try:
                act(sealed.scope, request.pk, by=by, answer="Because")
                answers.append("done")
            except Refusal as refusal:
                answers.append(refusal.sentence)
            finally:
                connections.close_all()

        threads = [
            threading.Thread(target=decide, args=decision)
            for decision in ((recertification.approve, opi), (recertification.deny, second_person))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (second,) = [decision for decision in answers if decision != "done"]
        assert (
            "LUND, OLA has approved this at" in second or "HALE, ROBIN has denied this at" in second
        )
        request.refresh_from_db()
        assert (
            (request.status == "approved")
            == (not CollectionLock.objects.exists())
            == sealed.ready.rounds.open().exists()
        )
        if request.status == "approved":
            recertification.undo(sealed.scope, request.pk, by=opi)
            recertification.deny(sealed.scope, request.pk, by=opi, answer="Again")


@both
def test_one_due_date_on_every_page_of_a_reopened_certification(
    client: Client, sealed: Sealed, opi: User, clerk: User
) -> None:
    """FR-224: 12/22 above the page and on the board, 12/12 on the Event Dashboard and in the
    gate.
    """
    recertification.demand(sealed.scope, sealed.event.pk, by=opi, reason="Wrong.", findings=[])
    due, until = sealed.event.due, sealed.event.corrections_until
    others = CertificationEvent.objects.exclude(pk=sealed.event.pk)
    others.update(due=due - datetime.timedelta(days=1))
    client.force_login(clerk)
    place = f"{sealed.ready.place}event-certification/"
    dashboard, event_page, home = (
        text(client.get(address)) for address in (place, sealed.ready.path, sealed.ready.place)
    )
    assert (
        f"{until:%m/%d/%Y} to be signed again" in dashboard and f"{due:%m/%d/%Y}" not in dashboard
    )
    assert (
        f"until {in_short(until)}, to be signed again" in event_page
        and f"to {in_short(due)}" not in event_page
    )
    assert f"To be signed again by {until:%m/%d/%Y}" in event_page and in_short(until) in home
    status = text(client.get(f"{place}status/"))
    assert f"1 Official {sealed.event.certification_opens:%m/%d/%Y} DOE, JANE" in status, (
        "a first round opens with the event"
    )


@both
def test_a_message_typed_beside_the_answer_goes_with_it(
    client: Client, sealed: Sealed, opi: User
) -> None:
    """walk 18: what stood under *Message* was lost when *Approve and reopen* was pressed."""
    request = sealed.ask()
    client.force_login(opi)
    page = client.get(page_of(request)).content.decode()
    form = page[page.index('id="answering"') :]
    assert (
        'name="text"' in form[: form.index("</form>")]
        and 'name="answer"' in form[: form.index("</form>")]
    )
    assert (
        act(
            client, request, "approve", answer="Go ahead.", text="Send only the two students."
        ).status_code
        == 200
    )
    request.refresh_from_db()
    assert request.answer == "Go ahead." and [
        message.text for message in request.messages.all()
    ] == ["Send only the two students."]  # type: ignore[attr-defined]


@both
def test_a_denial_that_is_refused_keeps_both_texts(
    client: Client, sealed: Sealed, opi: User
) -> None:
    """walk 18, its kind: neither text is lost when the other one is wrong, nor when the message
    alone is sent.
    """
    request = sealed.ask()
    client.force_login(opi)
    refused = act(client, request, "deny", answer="", text="Call me first.")
    assert (
        "Enter why it is denied" in text(refused)
        and "Call me first.</textarea>" in refused.content.decode()
    )
    assert not request.messages.exists()  # type: ignore[attr-defined]
    sent = act(client, request, "message", answer="Not this year.", text="Call me first.")
    assert "Not this year.</textarea>" in sent.content.decode() and request.messages.count() == 1  # type: ignore[attr-defined]


@both
def test_opis_request_leads_the_districts_home_and_stands_above_the_gates(
    client: Client, sealed: Sealed, opi: User, clerk: User, kayla: Student
) -> None:
    """walk 19: the home page said *Recertification In Progress* alone; the reason was a link at the
    foot of an aside.
    """
    request = recertification.demand(
        sealed.scope,
        sealed.event.pk,
        by=opi,
        reason="Credits of two students cannot be right.",
        findings=[],
    )
    sealed.ready.change(kayla, single_parent=True)
    client.force_login(clerk)
    for address, before in (
        (sealed.ready.place, "Identify a certifier"),
        (sealed.ready.path, "not ready"),
    ):
        page = text(client.get(address))
        assert page.index(
            "OPI requests a correction. Credits of two students cannot be right."
        ) < page.index(before), address
        assert f'href="{page_of(request)}"' in client.get(address).content.decode()


@both
def test_nobody_decides_the_own_request(client: Client, sealed: Sealed, opi: User) -> None:
    """M-12: a certifier who works at OPI too asked and approved; across roles, and for taking an
    answer back, too.
    """
    request = sealed.ask()
    certifier_at_opi = sealed.primary.user
    Membership.objects.create(user=certifier_at_opi, role=Role.OPI_STAFF)
    client.force_login(certifier_at_opi)
    page = text(client.get(page_of(request)))
    assert (
        "You made this request yourself. Someone else at OPI has to decide." in page
        and "Approve and reopen" not in page
    )
    for do in ("approve", "deny"):
        assert "You made this request yourself" in text(
            act(client, request, do, answer="Yes.", text="Kept?")
        )
    request.refresh_from_db()
    assert request.status == "asked" and not request.messages.exists()  # type: ignore[attr-defined]
    recertification.approve(sealed.scope, request.pk, by=opi, answer="")
    for decide in (
        recertification.undo,
        lambda *given, by: ending.close(*given, by=by, reason="x"),
    ):
        with pytest.raises(Refusal, match="You made this request yourself"):
            decide(sealed.scope, request.pk, by=certifier_at_opi)
    recertification.undo(sealed.scope, request.pk, by=opi)
    recertification.withdraw(sealed.scope, request.pk, by=certifier_at_opi)
    with pytest.raises(Refusal, match="You certify for this district"):
        recertification.demand(
            sealed.scope, sealed.event.pk, by=certifier_at_opi, reason="Mine", findings=[]
        )
    with pytest.raises(Refusal, match="You signed it yourself"):
        approval.accept(sealed.scope, sealed.event.pk, by=certifier_at_opi)


@both
def test_opi_closes_a_recertification_that_nobody_finishes(
    client: Client, sealed: Sealed, opi: User, kayla: Student
) -> None:
    """walk 7: one district that changed a record and did not sign held up the new year of all
    405.
    """
    request = sealed.ask()
    recertification.approve(sealed.scope, request.pk, by=opi, answer="")
    sealed.ready.change(kayla, single_parent=True, start_date=datetime.date(2022, 8, 1))
    held = "A recertification is open in 9012 Cottonwood Bend" in year_is_held()
    assert held is not sealed.event.is_of_leavers, "a follow-up outlasts the year"
    client.force_login(opi)
    assert "1 record differs" in text(act(client, request, "abandon"))
    [differs] = Since(sealed.copy, sealed.scope).records
    changed = {(field.label, field.after) for field in differs.fields}
    assert changed >= CHANGED[sealed.event.collection], "days as the portal writes them"
    assert "Enter the reason for closing" in text(act(client, request, "close", reason=""))
    assert act(client, request, "close", reason="The superintendent has left.").status_code == 200
    request.refresh_from_db()
    assert request.status == "closed" and year_is_held() == ""
    assert "Closed without certifying again. The superintendent has left." in text(
        client.get(page_of(request))
    )
    assert "Ended without certifying again" in text(client.get(INBOX))
    official = sealed.ready.rounds.official().get()
    assert official == sealed.round and sealed.rounds[2].status == "abandoned"
    assert CollectionLock.objects.get().reference == sealed.copy.receipt
    assert differences(sealed.copy) == [], "what was sealed stands"
    assert AuditEvent.objects.filter(
        kind="recertification", reason="The superintendent has left."
    ).exists()
    client.force_login(sealed.primary.user)
    assert act(client, request, "close", reason="x").status_code == 403
    again = Batch.objects.filter(kind="letter", title__contains="certification")
    assert [batch.options["subject"] for batch in again if "closed" in batch.options["subject"]], (
        "the certifiers are told"
    )


@both
def test_receipts_are_numbered_without_a_gap(sealed: Sealed, opi: User, kayla: Student) -> None:
    """walk 33: -3 followed -1 after an answer was taken back."""
    ready, request = sealed.ready, sealed.ask()
    recertification.approve(sealed.scope, request.pk, by=opi, answer="")
    recertification.undo(sealed.scope, request.pk, by=opi)
    recertification.approve(sealed.scope, request.pk, by=opi, answer="")
    assert ready.rounds.open().get().number == 3
    ready.change(kayla, single_parent=True)
    ready.bring()
    ready.sign()
    assert sorted(ready.copies.values_list("receipt", flat=True)) == [
        ready.receipt,
        f"{ready.receipt.removesuffix('1')}2",
    ]
