"""Certify & Submit: a certifier's name under the digest of what stands at the state; the last name
that is needed seals (design D5).

Everything is asked again here, under the locks of the district in both editions: what the page
showed may be minutes old.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from certification.letters.district_letters import subject
from certification.letters.letters import queue
from certification.models import Certifier, Round, Signature
from certification.signing import gates, sealing
from certification.signing.case import Case
from certification.signing.refusals import Changed, NotACertifier, NotReady, NotSigned
from certification.status.status import event_of
from cte_portal.accounts.models import User
from cte_portal.editions import Edition, Scope
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_at_state, lock_district
from pathways.ledger.refusals import Busy
from pathways.models import CollectionLock

SUBJECTS = {
    "signature_void": "sign again, what you signed has changed",
    "second_signer": "your signature is needed",
}
CHANGED = "Figures, findings, statements, or the form of the text changed after this was signed."


@dataclass(frozen=True)
class Signed:
    """`sealed` is whether this was the last signature that was needed; `before` whether the person
    had signed already.
    """

    signature: Signature
    sealed: bool
    before: bool = False


def sign(
    scope: Scope,
    event: int,
    *,
    person: User,
    digest: str,
    statements: Sequence[str],
    method: str,
    proof: Mapping[str, Any] | None = None,
    nothing_to_report: bool = False,
    notes: Sequence[Mapping[str, str]] = (),
) -> Signed:
    """Put the person's name to the data whose digest the page showed.

    A Primary certifier's signature counts towards the seal, a Secondary's is a review sign-off.
    `proof` is what the identity provider said, where that was asked. Signing twice is one
    signature. Raises NotSigned, with nothing written.
    """
    with refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        with transaction.atomic(Edition.STATE.value):
            lock_at_state(scope)
            case = _case(scope, event, person)
            certifier = case.certifier
            if certifier is None:
                raise NotACertifier
            if missing := gates.missing(gates.verdicts(case)):
                raise NotReady(missing)
            if case.digest != digest:
                raise Changed
            if case.is_empty and not nothing_to_report:
                raise NotSigned(
                    "There are no records at the state. Confirm that there is nothing to report,"
                    " then sign."
                )
            if list(statements) != list(case.document.statements):
                raise NotSigned("Check each statement. Nothing was signed.")
            return _sign(
                case, certifier, statements=statements, method=method, proof=proof, notes=notes
            )


def _case(scope: Scope, event: int, person: User) -> Case:
    list(
        Certifier.objects.select_for_update()
        .of_district(scope.district)
        .values_list("pk", flat=True)
    )  # nobody is changed meanwhile
    district_event = event_of(scope, event)
    if district_event is None:
        raise NotSigned("OPI has closed this event. Nothing was signed.")
    return Case(scope, district_event, person)


def _sign(
    case: Case,
    certifier: Certifier,
    *,
    statements: Sequence[str],
    method: str,
    proof: Mapping[str, Any] | None,
    notes: Sequence[Mapping[str, str]],
) -> Signed:
    now = timezone.now()
    if case.round is None:
        case.round = Round.objects.create(
            event=case.event,
            district=case.scope.district,
            number=case.next_number,
            opened_at=now,
            opened_by=certifier.name,
        )
    void_uncovered(case)
    signature = case.signatures.get(certifier.pk)
    before = signature is not None
    if signature is None:
        signature = Signature.objects.create(
            round=case.round,
            certifier=certifier,
            name=certifier.name,
            job_title=certifier.job_title,
            level=certifier.level,
            digest=case.digest,
            statements=list(statements),
            notes=list(notes),
            method=method,
            proof=dict(proof) if proof else None,
            signed_at=now,
            late=case.district_event.dates.is_overdue(now),
        )
        case.signatures[certifier.pk] = signature
    # "All of none" is never true, and a Secondary's name seals nothing, whoever else has signed.
    sealed = certifier.is_primary and bool(case.primaries) and not case.waiting()
    if sealed:
        sealing.seal(case, by=signature)
    elif not before and certifier.is_primary:
        _tell_the_others(case, signature)
    return Signed(signature, sealed, before)


def void_uncovered(case: Case) -> int:
    """Signatures over other data stand no longer; who signed and who else must sign are told."""
    void_signatures = []
    for signature in [
        signature for signature in case.signatures.values() if not case.covers(signature)
    ]:
        # Two who hold the district shared, to take reasons back, may both find it uncovered: it is
        # voided once.
        if (
            Signature.objects.standing()
            .filter(pk=signature.pk)
            .update(voided_at=timezone.now(), void_reason=CHANGED)
        ):
            void_signatures.append(signature)
        del case.signatures[signature.certifier_id]
    if void_signatures:
        names = " and ".join(signature.name for signature in void_signatures)
        for certifier in case.primaries:
            _write(
                case,
                certifier,
                "signature_void",
                f"void:{max(signature.pk for signature in void_signatures)}",
                {"signers": names},
            )
    return len(void_signatures)


def signed_by(scope: Scope) -> list[str]:
    """Whose signatures stand under the year's End of Year collection before its seal."""
    rounds = Round.objects.open().filter(
        district=scope.district,
        event__end_year=scope.end_year,
        event__collection=CollectionLock.Collection.END_OF_YEAR,
    )
    standing = Signature.objects.standing().filter(round__in=rounds).order_by("pk")
    return list(standing.values_list("name", flat=True))


def data_changed(scope: Scope) -> None:
    """Called where the state's data or what is said of them may have moved: signatures that no
    longer cover them fall at once.
    """
    # Outcomes go with any year's resync (docs/adr/0014).
    moved = Q(event__end_year=scope.end_year) | Q(event__collection=CollectionLock.Collection.FALL)
    open_rounds = Round.objects.open().filter(
        moved, district=scope.district, signatures__voided_at=None
    )
    for event, end_year in set(open_rounds.values_list("event_id", "event__end_year")):
        of_event = Scope(scope.district, end_year)
        district_event = event_of(of_event, event)
        if district_event is not None:
            case = Case(of_event, district_event)
            if case.signatures:
                void_uncovered(case)


def rules_changed(event: int | None = None) -> None:
    """Judge every district's signatures anew after a change of OPI's lists, a severity or
    statements. Each district in a transaction of its own; whoever holds one just then judges its
    signatures anew himself.
    """
    rounds = Round.objects.open().filter(signatures__isnull=False, signatures__voided_at=None)
    if event is not None:
        rounds = rounds.filter(event=event)
    for district, end_year in sorted(set(rounds.values_list("district", "event__end_year"))):
        scope = Scope(district, end_year)
        with suppress(Busy), refusals_named(), transaction.atomic():
            lock_district(scope, exclusive=True)
            data_changed(scope)


def _tell_the_others(case: Case, signature: Signature) -> None:
    certifiers = case.waiting()
    district_event = replace(case.district_event, signed=len(case.primaries) - len(certifiers))
    for certifier in certifiers:
        _write(
            case,
            certifier,
            "second_signer",
            f"second:{signature.pk}",
            {"signed": district_event.signers},
        )


def _write(
    case: Case, certifier: Certifier, template: str, occasion: str, facts: Mapping[str, str]
) -> None:
    assert case.round is not None  # noqa: S101 - e-mails tell of signatures, which have a round
    queue(
        template,
        subject(case.district_event, case.district_name, SUBJECTS[template]),
        to=certifier.user,
        by=case.person or certifier.user,
        scope=case.scope,
        path=case.path,
        key=f"{occasion}:{case.round.pk}:{certifier.pk}",
        facts={
            "event": case.event.name,
            "district": case.district_name,
            "due": case.district_event.due_sentence,
            **facts,
        },
    )
