"""The sealed copy: what was signed, kept row by row, official until its successor is sealed (design
D5).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from certification.letters.letters import queue
from certification.letters.occasions import subject
from certification.models import Recertification, Round, SealedCopy, SealedRecord, Signature
from certification.models.sealed import fingerprint
from certification.signing import signed_text
from certification.signing.case import Case
from pathways.ledger import canonical
from pathways.ledger.canonical import CanonicalRow
from pathways.models import CollectionLock

MOST_NAMED = 10
SHORT = {CollectionLock.Collection.END_OF_YEAR: "EOY", CollectionLock.Collection.FALL: "FALL"}


def seal(case: Case, *, by: Signature) -> SealedCopy:
    """Seal the open round with the data that all its signatures cover. Runs in the transaction that
    writes the last signature.
    """
    now, scope, signed = timezone.now(), case.scope, case.document
    this = case.round
    assert this is not None and case.copy is not None  # noqa: S101 - there is a signature, and the gates have asked for a resync
    signatures = [one for one in case.signatures.values() if case.covers(one)]
    for official in Round.objects.of(case.event, scope.district).official():
        official.become(Round.Status.SUPERSEDED, ended_at=now)
    copy = SealedCopy(
        round=this,
        receipt=_receipt(case),
        event_name=case.event.name,
        district_name=case.district_name,
        form_version=signed.form,
        sealed_at=now,
        generation=case.copy.generation,
        sent_at=case.copy.sent_at,
        counts=signed.counts,
        rules=list(signed.rules),
        rules_hash=signed.rules_hash,
        explanations=list(signed.explanations),
        findings=list(signed.findings),
        statements=list(signed.statements),
        notes=[{"by": one.name, **note} for one in signatures for note in one.notes],
    )
    copy.digest = signed_text.seal_of(signed, copy, signatures)
    copy.save(force_insert=True)
    SealedRecord.objects.bulk_create((SealedRecord.of(copy, row) for row in signed.rows), 500)
    this.become(Round.Status.SEALED, sealed_at=now)
    for request in Recertification.objects.in_progress().filter(opened_round=this):
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
            subject(case.one, case.district_name, "certified"),
            to=certifier.user,
            by=case.person or certifier.user,
            scope=scope,
            path=reverse(
                "event-certification", args=[scope.district, scope.end_year, case.event.pk]
            ),
            key=f"certified:{this.pk}:{certifier.pk}",
            told={
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
    stem = f"{case.scope.district}-{case.event.end_year}-{SHORT[CollectionLock.Collection(case.event.collection)]}-"
    given = SealedCopy.objects.filter(receipt__startswith=stem).values_list("receipt", flat=True)
    return f"{stem}{max((int(one.removeprefix(stem)) for one in given), default=0) + 1}"


def text_of(copy: SealedCopy) -> Iterable[bytes]:
    """The lines over which the seal was made, from what is kept."""
    return signed_text.sealed_text(signed_text.of_copy(copy), copy, _standing(copy))


def _standing(copy: SealedCopy) -> list[Signature]:
    return list(Signature.objects.standing().filter(round=copy.round).order_by("signed_at", "pk"))


def differences(copy: SealedCopy) -> list[str]:
    """What does not hold of a sealed copy any more, in words; nothing when it is as it was
    sealed.
    """
    kept, signatures = signed_text.of_copy(copy), _standing(copy)
    found = []
    if signed_text.seal_of(kept, copy, signatures) != copy.digest:
        found.append("the seal covers different data")
    found += [
        f"the signature of {one.name} covers different data"
        for one in signatures
        if one.digest != kept.digest
    ]
    if not signatures:
        found.append("no valid signature")
    counted = signed_text.counts_of(kept.rows)
    if counted != copy.counts:
        found.append("the counts of the records differ from those sealed")
    touched = _touched(copy)
    if touched:
        more = f" and {len(touched) - MOST_NAMED:,} more" if len(touched) > MOST_NAMED else ""
        found.append(
            "differs from the seal: sealed record"
            f" {', '.join(map(str, touched[:MOST_NAMED]))}{more}"
        )
    return found


def _touched(copy: SealedCopy) -> list[int]:
    """Keys of the records that were changed, or put in, since it was sealed; what was taken out is
    missing in the counts.
    """
    kept = (
        SealedRecord.objects.filter(copy=copy)
        .order_by("pk")
        .values_list("pk", "fingerprint", *canonical.COLUMNS)
    )
    return [
        pk
        for pk, sealed, *row in kept.iterator(chunk_size=5000)
        if fingerprint(CanonicalRow(*row)) != sealed
    ]
