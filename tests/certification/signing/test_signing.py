"""Certify & Submit: who may sign, what the signature covers, and what the last one seals (C-10 …
C-23, C-33).
"""

from __future__ import annotations

import datetime
from contextlib import suppress
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from certification.board.board import lines_of
from certification.events import events
from certification.events.effects import effects
from certification.models import CertificationEvent, Certifier, Round, SealedCopy, Signature
from certification.signing import gates
from certification.signing.refusals import Changed, NotACertifier, NotReady, NotSigned
from certification.signing.sealing import differences
from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.findings.explaining import explain
from pathways.findings.findings import findings
from pathways.lists.changing import changing
from pathways.models import CollectionLock, Outcome, RuleSeverity, Student
from pathways.resync.batches import submit_resync
from pathways.resync.object_types import NAMES
from pathways.roster import editing
from pathways.roster.shapes import STUDENT
from pathways.rules import judging_stored, severities
from pathways.rules.signed import CAME_LATER
from tests.certification.either import both, ready
from tests.certification.ready import Ready
from tests.certification.sealed import Sealed, sealed
from tests.certification.sealed_writes import PAIRS, SEALED_WRITES, image
from tests.fixtures.certification import make_certifier
from tests.fixtures.people import person
from tests.fixtures.records import BUSINESS, HEALTH

pytestmark = pytest.mark.django_db(databases=["default", "state"])


__all__ = ["ready", "sealed"]


def letters(kind: str) -> list[int]:
    return [
        batch.options["to"] for batch in Batch.objects.filter(kind="letter", options__template=kind)
    ]


@both
def test_one_primary_signs_and_the_figures_are_sealed(ready: Ready, kayla: Student) -> None:
    assert ready.missing() == []
    signed = ready.sign()
    assert signed.sealed and not signed.before
    copy = ready.copies.get()
    assert copy.receipt == ready.receipt and copy.counts["totals"]["records"] == 1
    assert [row.state_id for row in ready.case().collection.rows_of(copy)] == [kayla.state_id]
    lock = CollectionLock.objects.get()
    assert (lock.district, lock.end_year, lock.collection, lock.reference) == (
        "9012",
        ready.scope.end_year,
        ready.event.collection,
        copy.receipt,
    )
    assert ready.rounds.get().status == Round.Status.SEALED
    assert differences(copy) == []
    assert letters("certified") == [ready.primary.user_id]


@both
def test_c_14_two_primaries_and_one_signature_do_not_certify(ready: Ready) -> None:
    second = ready.certifier("mreyes2", "Reyes", "Maria")
    assert not ready.sign().sealed
    assert (
        ready.case().district_event.signers == "1 of 2 primary certifiers has signed."
        and not ready.copies.exists()
    )
    assert letters("second_signer") == [second.user_id]
    facts = Batch.objects.get(kind="letter", options__template="second_signer").options["told"]
    assert facts["signed"] == "1 of 2 primary certifiers has signed.", (
        "as it is after that signature"
    )
    assert ready.sign(second).sealed
    assert ready.copies.count() == 1 and {
        signature.digest for signature in Signature.objects.all()
    } == {Signature.objects.first().digest}  # type: ignore[union-attr]


def test_a_signature_of_a_version_without_a_rule_stands_and_the_round_is_sealed_as_it_was_signed(
    ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that a new version brings is no reason to sign again; what moves the data is."""
    second = ready.certifier("mreyes2", "Reyes", "Maria")
    with monkeypatch.context() as before:
        before.setattr(
            severities,
            "judging_stored",
            lambda year: [rule for rule in judging_stored(year) if rule.id not in CAME_LATER],
        )
        assert not ready.sign().sealed
    first = Signature.objects.get()
    case = ready.case(second)
    assert case.covers(first) and not {rule[0] for rule in case.document.rules} & CAME_LATER
    assert case.waiting() == [second]
    assert ready.sign(second).sealed
    copy = ready.copies.get()
    assert differences(copy) == []
    assert {signature.digest for signature in Signature.objects.all()} == {first.digest}
    assert not {rule[0] for rule in copy.rules} & CAME_LATER


def test_a_signature_of_a_version_without_a_rule_falls_when_the_data_move(
    ready: Ready, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = ready.certifier("mreyes2", "Reyes", "Maria")
    with monkeypatch.context() as before:
        before.setattr(
            severities,
            "judging_stored",
            lambda year: [rule for rule in judging_stored(year) if rule.id not in CAME_LATER],
        )
        ready.sign()
    ready.change(kayla, in_district_credits=Decimal("1.75"))
    ready.send()
    case = ready.case(second)
    assert not case.covers(Signature.objects.get())
    assert {rule[0] for rule in case.document.rules} & CAME_LATER


@both
def test_c_15_the_secondary_alone_certifies_nothing(ready: Ready) -> None:
    secondary = ready.certifier("principal2", "Reyes", "Maria", "secondary")
    signed = ready.sign(secondary)
    assert not signed.sealed and signed.signature.level == "secondary" and not ready.copies.exists()
    assert ready.sign().sealed
    assert ready.copies.get().round.signatures.count() == 2


@both
def test_c_16_without_an_active_primary_nothing_is_ever_certified(ready: Ready) -> None:
    secondary = ready.certifier("principal2", "Reyes", "Maria", "secondary")
    Certifier.objects.filter(pk=ready.primary.pk).update(is_active=False)
    with pytest.raises(NotReady, match="No Primary certifier"):
        ready.sign(secondary)
    with pytest.raises(NotACertifier):
        ready.sign()
    assert not ready.rounds.exists()


@both
def test_c_13_one_certifier_signs_twice(ready: Ready) -> None:
    ready.certifier("mreyes2", "Reyes", "Maria")
    first, second = ready.sign(), ready.sign()
    assert second.before and second.signature == first.signature and Signature.objects.count() == 1


@both
def test_c_17_a_primary_who_is_no_longer_active_is_not_waited_for(ready: Ready) -> None:
    second = ready.certifier("mreyes2", "Reyes", "Maria")
    ready.sign()
    Certifier.objects.filter(pk=second.pk).update(is_active=False)
    signed = ready.sign()
    assert signed.before and signed.sealed, (
        "the remaining certifier completes it; her signature stands as it was given"
    )
    assert Signature.objects.count() == 1


@both
def test_c_17_a_secondary_does_not_seal_what_the_primaries_have_signed(ready: Ready) -> None:
    second, reviewer = (
        ready.certifier("mreyes2", "Reyes", "Maria"),
        ready.certifier("principal2", "Olsen", "Peter", "secondary"),
    )
    ready.sign()
    Certifier.objects.filter(pk=second.pk).update(is_active=False)
    for _ in range(2):
        assert not ready.sign(reviewer).sealed and not CollectionLock.objects.exists()
    assert ready.case(reviewer.user).has_signed and not ready.case(ready.primary.user).has_signed
    assert ready.sign().sealed
    assert CollectionLock.objects.get().by == ready.primary.name


@both
def test_what_moved_while_the_event_was_closed_voids_when_it_is_shown_again(
    ready: Ready, kayla: Student
) -> None:
    second = ready.certifier("mreyes2", "Reyes", "Maria")
    ready.sign()
    keeper = person("hale", "Hale", "Robin", (Role.OPI_ADMINISTRATOR, ""))
    events.move(ready.event.pk, "closed", by=keeper, reason="Letter")
    ready.change(kayla, in_district_credits=Decimal("1.75"))
    assert run(submit_resync(ready.sending_scope, NAMES, by=ready.clerk).pk)
    events.move(ready.event.pk, "published", by=keeper, reason="Letter")
    assert (
        Signature.objects.get().voided_at
        and ready.case().district_event.signers == "0 of 2 primary certifiers have signed."
    )
    assert sorted(letters("signature_void")) == sorted([ready.primary.user_id, second.user_id])


@both
def test_c_18_a_primary_added_afterwards_changes_nothing(ready: Ready) -> None:
    ready.sign()
    late = ready.certifier("mreyes2", "Reyes", "Maria")
    assert (
        ready.case().is_certified
        and ready.case().district_event.status.word == "Certification Sent to State"
    )
    with pytest.raises(NotReady, match="certified"):
        ready.sign(late)


@both
def test_c_19_c_20_only_who_is_a_certifier_at_that_moment_signs(
    ready: Ready, clerk: User, opi: User, stranger: User
) -> None:
    digest, statements = ready.case().digest, ready.case().document.statements
    from certification.signing.signing import sign  # noqa: PLC0415

    for somebody in (clerk, opi, stranger):
        with pytest.raises(NotACertifier):
            sign(
                ready.scope,
                ready.event.pk,
                person=somebody,
                digest=digest,
                statements=statements,
                method="password",
            )
    ready.primary.user.memberships.all().delete()
    with pytest.raises((NotACertifier, NotReady)):
        ready.sign()
    assert not Signature.objects.exists()


@both
def test_a_change_in_between_voids_the_first_signature_and_tells_both(
    ready: Ready, kayla: Student
) -> None:
    second = ready.certifier("mreyes2", "Reyes", "Maria")
    ready.sign()
    ready.change(kayla, in_district_credits=Decimal("1.75"))
    assert ready.not_sent[0] in ready.missing()
    assert run(submit_resync(ready.sending_scope, NAMES, by=ready.clerk).pk)
    void_signature = Signature.objects.get()
    assert (
        void_signature.voided_at and "changed after this was signed" in void_signature.void_reason
    )
    assert sorted(letters("signature_void")) == sorted([ready.primary.user_id, second.user_id])
    assert ready.case().district_event.signers == "0 of 2 primary certifiers have signed."
    ready.report()
    ready.wait()
    assert not ready.sign(second).sealed
    assert sorted(letters("second_signer")) == sorted([second.user_id, ready.primary.user_id]), (
        "each signature asks for the next"
    )
    assert ready.sign().sealed
    assert Signature.objects.filter(voided_at=None).count() == 2 and Signature.objects.count() == 3


@both
def test_a_roster_change_under_one_of_two_signatures_voids_it_and_tells_both(
    ready: Ready, kayla: Student
) -> None:
    second = ready.certifier("mreyes2", "Reyes", "Maria")
    ready.sign()
    edit = editing.RowEdit(
        {"last_name": "Andersen"}, kayla.pk, editing.version_of(STUDENT, kayla.pk)
    )
    editing.write(ready.sending_scope, [(STUDENT, edit)], by="MARTIN, CHERYL")
    assert ready.missing() == [*ready.not_sent]
    assert run(submit_resync(ready.sending_scope, NAMES, by=ready.clerk).pk)
    assert "changed after this was signed" in Signature.objects.get().void_reason
    assert sorted(letters("signature_void")) == sorted([ready.primary.user_id, second.user_id])
    assert ready.case().district_event.signers == "0 of 2 primary certifiers have signed."


def test_opi_weighs_a_rule_anew_and_a_signature_that_waits_falls(ready: Ready) -> None:
    ready.certifier("mreyes2", "Reyes", "Maria")
    ready.sign()
    keeper = person("hale", "Hale", "Robin", (Role.OPI_ADMINISTRATOR, ""))
    with changing(by=keeper, reason="Letter") as entries:
        entries.add([RuleSeverity(rule="CTE-127", end_year=2025, severity="info", reason="Letter")])
    assert run(Batch.objects.get(kind="publish").pk)
    assert (
        Signature.objects.get().voided_at
        and ready.case().district_event.signers == "0 of 2 primary certifiers have signed."
    )


@both
def test_opi_words_the_statements_anew_and_a_signature_that_waits_falls(ready: Ready) -> None:
    second = ready.certifier("mreyes2", "Reyes", "Maria")
    ready.sign()
    new_event = CertificationEvent.objects.get(pk=ready.event.pk)
    new_event.statements = ["I certify for {district}."]
    keeper = person("hale", "Hale", "Robin", (Role.OPI_ADMINISTRATOR, ""))
    assert effects(ready.event, new_event, links_differ=False)[-2:] == [
        (
            "1 signature in districts that have not certified yet will no longer count. Those"
            " certifiers must sign again."
        ),
        (
            "0 signatures and 0 certifications stay as they are. No certified district is asked to"
            " certify again."
        ),
    ]
    assert events.change(new_event, [], seen=new_event.version, by=keeper, reason="Letter")
    assert (
        Signature.objects.get().voided_at
        and ready.case().district_event.signers == "0 of 2 primary certifiers have signed."
    )
    assert sorted(letters("signature_void")) == sorted([ready.primary.user_id, second.user_id])


@both
def test_what_was_shown_is_what_is_signed(ready: Ready, kayla: Student) -> None:
    old = ready.case().digest
    ready.change(kayla, in_district_credits=Decimal("1.75"))
    ready.send()
    ready.report()
    ready.wait()
    with pytest.raises(Changed):
        ready.sign(digest=old)
    assert not Signature.objects.exists()


@both
def test_statements_are_signed_as_worded(ready: Ready) -> None:
    with pytest.raises(NotSigned, match="Check each statement"):
        ready.sign(statements=ready.case().document.statements[:-1])
    signed = ready.sign()
    assert signed.signature.statements[-1] == "I am authorized to certify for Cottonwood Bend."
    assert ready.scope.school_year in signed.signature.statements[3]


@both
@pytest.mark.parametrize("kind", ["upload", "undo", "resync", "roster-file", "roster-undo"])
def test_c_10_nobody_signs_while_what_changes_the_data_waits_or_runs(
    kind: str, ready: Ready
) -> None:
    batch = Batch.objects.create(
        kind=ready.kinds.get(kind, kind),
        queue="district",
        district="9012",
        end_year=2025,
        submitted_by=ready.clerk,
        submitted_name="MARTIN, CHERYL",
        title="MT Data Upload",
        idempotency_key="x",
    )
    assert ready.missing() == ["quiet"]
    with pytest.raises(NotReady, match="MT Data Upload by MARTIN, CHERYL is not finished"):
        ready.sign()
    batch.delete()
    assert ready.sign().sealed


def test_c_21_open_errors_and_unexplained_warnings_block(ready: Ready, kayla: Student) -> None:
    ready.change(
        kayla, in_district_credits=Decimal("2.50")
    )  # a concentrator by credits who says No
    ready.prepare()
    assert ready.missing() == ["errors"]
    with pytest.raises(NotReady, match="1 error at the state"):
        ready.sign()


def test_c_21_every_warning_counts_however_many_there_are(
    ready: Ready, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The findings screen holds a number of them; what is signed holds all."""
    monkeypatch.setattr("pathways.findings.findings.MOST_HELD", 1)
    ready.change(kayla, start_date=datetime.date(2016, 8, 29))
    ready.record(kayla, BUSINESS, start_date=datetime.date(2016, 8, 29))
    ready.prepare()
    explain(
        ready.scope, findings(ready.scope).lines, "Checked with the school.", by="MARTIN, CHERYL"
    )
    with pytest.raises(NotReady, match="1 of 2 warnings has no reason yet"):
        ready.sign()
    explain(
        ready.scope,
        findings(ready.scope, whole=True).lines,
        "Checked with the school.",
        by="MARTIN, CHERYL",
    )
    assert ready.sign().sealed and len(SealedCopy.objects.get().findings) == 2


@both
def test_c_22_sixty_minutes_are_advice_or_a_gate(ready: Ready) -> None:
    ready.wait(59)
    (advice,) = [
        verdict
        for verdict in __import__("certification.signing.gates", fromlist=["gates"]).verdicts(
            ready.case()
        )
        if not verdict.answer.passed
    ]
    assert (
        advice.gate.slug == "waited"
        and advice.is_advice
        and "1 minute left" in advice.answer.sentence
    )
    client = Client()
    client.force_login(ready.primary.user)
    page = client.get(ready.path).content.decode()
    assert "This is only advice; it keeps nobody from signing." in page
    ready.event.wait_after_resync_blocks = True
    ready.event.save()
    assert ready.missing() == ["waited"]
    ready.wait(60)
    assert ready.missing() == []


@both
def test_c_22_nothing_unsent(ready: Ready, kayla: Student) -> None:
    ready.change(kayla, single_parent=True)
    assert ready.missing() == [*ready.not_sent]


def test_the_figure_above_the_page_home_gate_and_signature_say_one_number(
    client: Client, ready: Ready, kayla: Student
) -> None:
    """Design D6: what is not sent is the sum over the types, whoever says it."""
    ready.district.roster(kayla)
    assert ready.missing() == ["sent"]
    answer = next(v.answer for v in gates.verdicts(ready.case()) if v.gate.slug == "sent")
    rows = ready.case().differing.others
    assert answer.sentence == f"{rows} rows differ between district and state." and rows == 3
    assert answer.cure_label == "Send 3 rows"
    with pytest.raises(NotReady, match="3 rows differ between district and state"):
        ready.sign()
    client.force_login(ready.primary.user)
    for page in ("", f"event-certification/{ready.event.pk}/", "resync/"):
        markup = " ".join(client.get(f"/districts/9012/2025/{page}").content.decode().split())
        assert "Not yet sent to the state: <b>3</b>" in markup or ">3<" in markup, page
    home = client.get("/districts/9012/2025/").content.decode()
    assert "Changes not sent to the state. 0 of 1 primary certifier has signed." in home
    assert lines_of(ready.event)[0].closed[0] == "sent"
    ready.send()
    ready.report()
    ready.wait()
    assert ready.missing() == [] and ready.sign().sealed


def test_answers_of_callers_are_not_in_the_way_of_end_of_year(
    client: Client, ready: Ready, kayla: Student
) -> None:
    """ADR 14: they are Fall CTE's. The number above the page has them, and the gate says so."""
    leaver = ready.district.student("999000777", "Young")
    ready.bring()
    for student in (kayla, leaver):
        Outcome.objects.create(
            student=student, end_year=2024, status="01", origin="screen", date_contacted=None
        )
    answer = next(v.answer for v in gates.verdicts(ready.case()) if v.gate.slug == "sent")
    assert answer.passed and answer.sentence.endswith(
        ". 2 outcomes of leavers are not sent; Fall CTE certifies them"
    )
    assert ready.missing() == []
    client.force_login(ready.primary.user)
    page = " ".join(client.get(ready.path).content.decode().split())
    assert "Not yet sent to the state: <b>2</b>" in page or ">2<" in page
    assert "2 outcomes of leavers are not sent" in page
    assert "sent" not in lines_of(ready.event)[0].closed
    ready.district.roster(kayla)
    assert ready.missing() == ["sent"]
    refused = r"3 rows differ between district and state\. 2 outcomes of leavers are not sent"
    with pytest.raises(NotReady, match=refused):
        ready.sign()
    ready.send(tuple(name for name in NAMES if name != "CTE Outcome"))
    ready.report()
    ready.wait()
    assert ready.missing() == [] and ready.sign().sealed


@both
def test_c_23_district_and_state_that_differ_are_refused(ready: Ready) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pathways_student SET first_name = 'Kaylee' WHERE state_id = '999000123'"
        )
    assert ready.missing() == [*ready.not_sent]
    with pytest.raises(NotReady, match="differ between district and state"):
        ready.sign()


@both
def test_c_29_the_due_date_ends_at_mountain_midnight(ready: Ready) -> None:
    today = timezone.localdate()
    ready.event.due = today - datetime.timedelta(days=1)
    ready.event.late_is_accepted = False
    ready.event.save()
    assert ready.missing() == ["open"]
    ready.event.late_is_accepted = True
    ready.event.save()
    assert ready.sign().signature.late


@both
def test_c_32_a_closed_event_is_not_signed(ready: Ready) -> None:
    case = ready.case()
    ready.event.status, ready.event.closed_at = "closed", timezone.now()
    ready.event.save()
    from certification.signing.signing import sign  # noqa: PLC0415

    with pytest.raises(NotSigned, match="closed this event"):
        sign(
            ready.scope,
            ready.event.pk,
            person=ready.primary.user,
            digest=case.digest,
            statements=case.document.statements,
            method="password",
        )


@pytest.mark.parametrize(
    ("way", "ready"),
    [(way, collection) for collection, way in PAIRS],
    indirect=["ready"],
    ids=["-".join(pair) for pair in PAIRS],
)
def test_c_24_after_sealing_every_write_path_is_refused(
    way: str, sealed: Sealed, kayla: Student
) -> None:
    before, (write, refusal) = image(), SEALED_WRITES[sealed.event.collection][way]
    with pytest.raises(refusal), transaction.atomic():
        write(sealed.ready, kayla)
    assert image() == before


@both
def test_a_resync_after_the_seal_changes_no_sealed_figure(ready: Ready) -> None:
    ready.sign()
    copy = ready.copies.get()
    ready.send()
    assert differences(ready.copies.get()) == [] and ready.copies.get().digest == copy.digest


def test_the_resync_page_of_a_certified_district_says_what_it_still_does(
    client: Client, ready: Ready
) -> None:
    ready.sign()
    client.force_login(ready.clerk)
    page = client.get("/districts/9012/2025/resync/").content.decode()
    assert (
        "the certified figures stay" in page
        and "This collection is certified. No action needed." in page
    )
    assert "before you certify" not in page


@both
def test_verify_sealed_passes_what_is_whole(
    ready: Ready, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.sign()
    with suppress(SystemExit):  # of a copy that a test has made by hand
        call_command("verify_sealed")
    assert f"{ready.receipt}  matches its seal" in capsys.readouterr().out


@both
def test_a_certifier_without_a_role_is_none(ready: Ready) -> None:
    somebody = make_certifier(person("norole", "No", "Role"), district="9012")
    with pytest.raises(NotACertifier):
        ready.sign(somebody)


def test_health_and_business_together_are_one_student(ready: Ready, kayla: Student) -> None:
    ready.record(kayla, BUSINESS)
    ready.prepare()
    ready.sign()
    counts = SealedCopy.objects.get().counts["totals"]
    assert (counts["records"], counts["students"]) == (2, 1)
    assert {record.pathway_name for record in SealedCopy.objects.get().records.all()} == {
        HEALTH,
        BUSINESS,
    }
