"""The sealed copy: what was signed, kept row by row, official until its successor is sealed (design
D5).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from certification.collections.chosen import collection_of_copy
from certification.letters.district_letters import subject
from certification.letters.letters import queue
from certification.models import Recertification, Round, SealedCopy, Signature
from certification.signing import signed_text
from certification.signing.case import Case
from pathways.models import CollectionLock

MOST_NAMED = 10


def seal(case: Case, *, by: Signature) -> SealedCopy:
    """Seal the open round with the data that all its signatures cover. Runs in the transaction that
    writes the last signature.
    """
    now, scope, document = timezone.now(), case.scope, case.document
    sealed_round = case.round
    assert sealed_round is not None and case.copy is not None  # noqa: S101 - there is a signature, and the gates have asked for a resync
    signatures = [signature for signature in case.signatures.values() if case.covers(signature)]
    for official in Round.objects.of(case.event, scope.district).official():
        official.become(Round.Status.SUPERSEDED, ended_at=now)
    copy = SealedCopy(
        round=sealed_round,
        receipt=_receipt(case),
        event_name=case.event.name,
        district_name=case.district_name,
        form_version=document.form,
        sealed_at=now,
        generation=case.copy.generation,
        sent_at=case.copy.sent_at,
        counts=document.counts,
        rules=list(document.rules),
        rules_hash=document.rules_hash,
        explanations=list(document.explanations),
        findings=list(document.findings),
        statements=list(document.statements),
        notes=[
            {"by": signature.name, **note} for signature in signatures for note in signature.notes
        ],
    )
    copy.digest = signed_text.seal_of(document, copy, signatures)
    copy.save(force_insert=True)
    case.collection.keep(copy, document.rows)
    sealed_round.become(Round.Status.SEALED, sealed_at=now)
    for request in Recertification.objects.in_progress().filter(opened_round=sealed_round):
        request.become(Recertification.Status.CLOSED, ended_at=now)
    CollectionLock.objects.create(
        district=scope.district,
        end_year=case.event.end_year,
        collection=case.event.collection,
        since=now,
        by=by.name,
        reason=f"{case.event.name} is certified.",
        reference=copy.receipt,
    )
    for certifier in case.certifiers:
        queue(
            "certified",
            subject(case.district_event, case.district_name, "certified"),
            to=certifier.user,
            by=case.person or certifier.user,
            scope=scope,
            path=reverse(
                "event-certification", args=[scope.district, scope.end_year, case.event.pk]
            ),
            key=f"certified:{sealed_round.pk}:{certifier.pk}",
            facts={
                "event": case.event.name,
                "district": case.district_name,
                "receipt": copy.receipt,
            },
        )
    return copy


def _receipt(case: Case) -> str:
    """Receipts of an event are numbered by themselves: a round that was opened and taken back
    leaves no gap (walk 33).
    """
    stem = f"{case.scope.district}-{case.event.end_year}-{case.collection.receipt_code}-"
    receipts = SealedCopy.objects.filter(receipt__startswith=stem).values_list("receipt", flat=True)
    return f"{stem}{max((int(receipt.removeprefix(stem)) for receipt in receipts), default=0) + 1}"


def text_of(copy: SealedCopy) -> Iterable[bytes]:
    """The lines over which the seal was made, from what is kept."""
    return signed_text.sealed_text(signed_text.of_copy(copy), copy, _standing(copy))


def _standing(copy: SealedCopy) -> list[Signature]:
    return list(Signature.objects.standing().filter(round=copy.round).order_by("signed_at", "pk"))


def differences(copy: SealedCopy) -> list[str]:
    """Sentences on how a sealed copy differs from what was sealed; none when it is as it was."""
    document, signatures = signed_text.of_copy(copy), _standing(copy)
    sentences = []
    if signed_text.seal_of(document, copy, signatures) != copy.digest:
        sentences.append("the seal covers different data")
    sentences += [
        f"the signature of {signature.name} covers different data"
        for signature in signatures
        if signature.digest != document.digest
    ]
    if not signatures:
        sentences.append("no valid signature")
    collection = collection_of_copy(copy)
    if collection.counts(document.rows) != copy.counts:
        sentences.append("the counts of the records differ from those sealed")
    record_keys = collection.touched(copy)
    if record_keys:
        more = (
            f" and {len(record_keys) - MOST_NAMED:,} more" if len(record_keys) > MOST_NAMED else ""
        )
        sentences.append(
            f"differs from the seal: {collection.sealed._meta.verbose_name}"
            f" {', '.join(map(str, record_keys[:MOST_NAMED]))}{more}"
        )
    return sentences
