"""The Event Dashboard and an event's own page (guide, Step Four: Certify Data)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from certification.models import Certifier, Round, SealedCopy, Signature
from certification.receipts.receipts import receipt_url
from certification.recertification.reopening import correction
from certification.review import student_lists
from certification.review.snapshot import Snapshot, snapshot_of
from certification.signing import gates
from certification.signing.case import Case
from certification.signing.forms import SigningForm
from certification.signing.groups import groups_of
from certification.signing.notes import NotesForm
from certification.signing.refusals import Changed, NotACertifier, NotSigned
from certification.signing.signing import sign
from certification.status.status import closed_event, event_of, events_of
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.accounts.models import AuditEvent
from cte_portal.batches.queue.views import queue_list
from pathways.ledger.refusals import NotApplied

OUTPUT = ("validate", "resync", "extract")
"""Kinds of batches under *State-Report Output*."""


class EventDashboard(ScopedView):
    """The district's events of the school year."""

    capability = Capability.VIEW_RECORDS
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(
            request,
            "certification/signing/dashboard.html",
            {"events": events_of(self.scope), "closed": closed_event(self.scope)},
        )


class EventCertification(ScopedView):
    """One event: what stands in the way, the figures, who has signed, and the signing itself (ux
    R-07 … R-10).
    """

    capability = Capability.VIEW_RECORDS
    http_method_names = ["get", "head", "options", "post"]
    keeps = "note-"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        case = self.case()
        if (
            case.certifier is None
            or case.is_certified
            or case.has_signed
            or case.district_event.ended
        ):
            return self.page(case, None)
        return self.page(case, self.form(case), self.notes(case, self.kept_form()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The proof comes last, as a code counts once, and outside the transaction that signs."""
        case = self.case()
        if case.is_certified or case.certifier is None or case.district_event.ended:
            sentence = NotACertifier.sentence
            if case.is_certified or case.district_event.ended:
                sentence = (
                    "This collection is already certified."
                    if case.is_certified
                    else case.district_event.why_ended
                )
            messages.warning(request, sentence)
            return self.page(case, None)
        form, notes = self.form(case, request.POST), self.notes(case, request.POST)
        closed_gates = gates.missing(gates.verdicts(case))
        if form.is_valid() and notes.is_valid() and not closed_gates:
            if form.cleaned_data["digest"] != case.digest:
                form.add_error(None, Changed.sentence)
            elif form.confirm().ok:
                return self.sign(case, form, notes)
        for verdict in closed_gates:
            form.add_error(None, verdict.words)
        return self.page(case, form, notes)

    def sign(self, case: Case, form: SigningForm, notes: NotesForm) -> HttpResponse:
        try:
            result = sign(
                self.scope,
                case.event.pk,
                person=self.person,
                digest=form.cleaned_data["digest"],
                statements=form.statements,
                method=form.method,
                nothing_to_report=form.cleaned_data.get("nothing_to_report", False),
                notes=notes.notes(),
            )
        except (NotSigned, NotApplied) as refusal:
            form.add_error(None, refusal.sentence)
            return self.page(self.case(), form, notes)
        words = "You already signed." if result.before else "Signed."
        rest = (
            f"Certified under receipt {result.signature.round.sealed_copy.receipt}."
            if result.sealed
            else self.case().district_event.signers
        )
        messages.success(self.request, f"{words} {rest}")
        return redirect(
            receipt_url(result.signature.round.sealed_copy) if result.sealed else case.path
        )

    def case(self) -> Case:
        district_event = event_of(self.scope, self.kwargs["event"])
        if district_event is None:
            raise Http404("This page does not exist.")
        return Case(self.scope, district_event, self.person)

    def form(self, case: Case, data: Any = None) -> SigningForm:
        return SigningForm(
            data,
            request=self.request,
            statements=case.document.statements,
            empty=case.is_empty,
            initial={"digest": case.digest},
        )

    def snapshot(self, case: Case) -> Snapshot:
        return snapshot_of(
            case.district_event, counts=None if case.is_certified else case.document.counts
        )

    def notes(self, case: Case, data: Any = None) -> NotesForm:
        return NotesForm(data, snapshot=self.snapshot(case))

    def offered(self, verdict: gates.Verdict) -> gates.Verdict:
        """A closed gate with the cure that the person may carry out."""
        return (
            verdict
            if self.opens(verdict.answer.cure)
            else replace(verdict, answer=replace(verdict.answer, cure="", runs=""))
        )

    def page(
        self, case: Case, form: SigningForm | None, notes: NotesForm | None = None
    ) -> HttpResponse:
        verdicts = [] if case.is_certified or case.district_event.ended else gates.verdicts(case)
        district_event = case.district_event
        if form:
            notes = notes or self.notes(case)
        context = {
            "case": case,
            "district_event": district_event,
            "event": district_event.event,
            "dates": district_event.dates,
            "form": form,
            "notes": notes,
            "forms": [form, notes] if form else [],
            "snapshot": self.snapshot(case),
            "lists": student_lists.TITLES,
            "closed": [self.offered(verdict) for verdict in verdicts if not verdict.answer.passed],
            "passed": [verdict for verdict in verdicts if verdict.answer.passed],
            "gate_count": len(verdicts),
            "blocking": len(gates.missing(verdicts)),
            "signers": signers(case),
            "access": (
                AuditEvent.objects.all().of_access(
                    [district_event.user_id for district_event in case.primaries], case.now
                )
            ),
            "links": district_event.event.links.all(),
            "groups": groups_of(district_event.event),
            "sealed": official_copy(case) if district_event.sealed_at else None,
            "correction": correction(district_event),
            "certifies": case.certifier is not None,
            "is_opi": self.can(Capability.WORK_STATEWIDE),
            "may_run": self.in_active_year and self.can(Capability.SEE_BATCHES),
            "run_key": uuid.uuid4(),
        }
        if self.can(Capability.SEE_BATCHES):
            context |= queue_list(self.request, self.scope, kinds=OUTPUT)
        return render(self.request, "certification/signing/event.html", context)


def official_copy(case: Case) -> SealedCopy | None:
    """What is certified: also while a correction is under way."""
    return (
        SealedCopy.objects.official()
        .of_district(case.scope.district)
        .filter(round__event=case.event)
        .first()
    )


def signers(case: Case) -> list[tuple[Certifier, Signature | None, bool]]:
    """The active certifiers with the signature that stands, and whether it still covers the data:
    in the open round, else in the sealed one.
    """
    rounds = Round.objects.of(case.event, case.scope.district)
    if case.is_certified and (sealed := rounds.official().first()):
        signatures = {
            signature.certifier_id: signature
            for signature in Signature.objects.standing().filter(round=sealed)
        }
        return [(certifier, signatures.get(certifier.pk), True) for certifier in case.certifiers]
    return [
        (
            signature,
            case.signatures.get(signature.pk),
            case.covers(case.signatures.get(signature.pk)),
        )
        for signature in case.certifiers
    ]
