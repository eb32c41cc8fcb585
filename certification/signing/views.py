"""The Event Dashboard and an event's own page (guide, Step Four: Certify Data)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from certification.models import Certifier, Round, SealedCopy, Signature
from certification.receipts.receipts import receipt_url
from certification.recertification.reopening import correction
from certification.review.html import drawn
from certification.review.snapshot import Snapshot, snapshot_of
from certification.signing import gates, lookups
from certification.signing.case import Case, shown_case
from certification.signing.forms import SigningForm
from certification.signing.groups import groups_of
from certification.signing.notes import NotesForm
from certification.signing.refusals import Changed, NotACertifier
from certification.signing.signing import sign
from certification.status.status import closed_event, event_of, events_of
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, ScopedView
from cte_portal.accounts.models import AuditEvent
from cte_portal.batches.queue.views import queue_list

OUTPUT = ("validate", "resync", "extract")
"""Kinds of batches under *State-Report Output*."""


class EventDashboard(ScopedView):
    """The district's events of the school year."""

    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(
            request,
            "certification/signing/dashboard.html",
            {"events": events_of(self.scope), "closed": closed_event(self.scope)},
        )


class EventCertification(ActionView):
    """One event: what stands in the way, the figures, who has signed, and the signing itself (ux
    R-07 … R-10).
    """

    capability = Capability.VIEW_RECORDS
    keeps = "note-"
    form_class = SigningForm
    template_name = "certification/signing/event.html"

    @cached_property
    def case(self) -> Case:
        """As the page shows it: when it was asked for, or after an attempt to sign."""
        return self.current_case()

    def current_case(self) -> Case:
        is_shown = self.request.method == "GET"
        district_event = event_of(
            self.scope, self.kwargs["event"], self.known if is_shown else None
        )
        if district_event is None:
            raise Http404("This page does not exist.")
        if not is_shown:
            return Case(self.scope, district_event, self.person)
        return shown_case(self.scope, district_event, self.person, self.known)

    @property
    def is_over(self) -> bool:
        return self.case.is_certified or self.case.district_event.ended

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_over or self.case.certifier is None or self.case.has_signed:
            return self.page_without_form()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_over or self.case.certifier is None:
            messages.warning(request, self.why_no_form())
            return self.page_without_form()
        form = self.get_form()
        closed_gates = gates.missing(gates.verdicts(self.case))
        if form.is_valid() and self.notes.is_valid() and not closed_gates:
            return self.form_valid(form)
        for verdict in closed_gates:
            form.add_error(None, verdict.words)
        return self.form_invalid(form)

    def why_no_form(self) -> str:
        if self.case.is_certified:
            return "This collection is already certified."
        if self.case.district_event.ended:
            return self.case.district_event.why_ended
        return NotACertifier.sentence

    def act(self, form: SigningForm) -> HttpResponse:
        """The proof comes last, as a code counts once, and outside the transaction that signs."""
        if form.cleaned_data["digest"] != self.case.digest:
            raise Changed
        confirmation = form.confirm()
        if not confirmation.ok:
            return self.form_invalid(form)
        try:
            result = sign(
                self.scope,
                self.case.event.pk,
                person=self.person,
                digest=form.cleaned_data["digest"],
                statements=form.statements,
                method=form.method,
                proof=confirmation.proof,
                nothing_to_report=form.cleaned_data.get("nothing_to_report", False),
                notes=self.notes.notes(),
            )
        finally:
            self.case = self.current_case()
        words = "You already signed." if result.before else "Signed."
        if not result.sealed:
            messages.success(self.request, f"{words} {self.case.district_event.signers}")
            return redirect(self.case.path)
        copy = result.signature.round.sealed_copy
        messages.success(self.request, f"{words} Certified under receipt {copy.receipt}.")
        return redirect(receipt_url(copy))

    def get_initial(self) -> dict[str, Any]:
        return {"digest": self.case.digest}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "request": self.request,
            "statements": self.case.document.statements,
            "empty": self.case.is_empty,
        }

    def typed_before(self) -> QueryDict | None:
        """The notes alone are kept: ticks and proof are given anew."""
        return None

    @property
    def snapshot(self) -> Snapshot:
        case = self.case
        return snapshot_of(
            case.district_event,
            counts=None if case.is_certified else case.document.counts,
            known=case.known,
        )

    @cached_property
    def notes(self) -> NotesForm:
        data = self.request.POST if self.request.method == "POST" else self.kept_form()
        return NotesForm(data, snapshot=self.snapshot)

    def offered(self, verdict: gates.Verdict) -> gates.Verdict:
        """A closed gate with the cure that the person may carry out."""
        return (
            verdict
            if self.opens(verdict.answer.cure)
            else replace(verdict, answer=replace(verdict.answer, cure="", runs=""))
        )

    def page_without_form(self) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=None))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        case, form = self.case, context["form"]
        district_event = case.district_event
        verdicts = [] if self.is_over else gates.verdicts(case)
        notes, snapshot = self.notes if form else None, self.snapshot
        keys = [self.scope.district, self.scope.end_year, district_event.event.pk]
        whole = reverse("certification-snapshot", args=keys)
        context |= {
            "case": case,
            "collection": case.collection,
            "district_event": district_event,
            "event": district_event.event,
            "dates": district_event.dates,
            "notes": notes,
            "forms": [form, notes] if form else [],
            "snapshot": snapshot,
            "figures": drawn(snapshot.short, snapshot, whole, takes_notes=notes is not None),
            "lists": case.collection.lists.titles,
            "closed": [self.offered(verdict) for verdict in verdicts if not verdict.answer.passed],
            "passed": [verdict for verdict in verdicts if verdict.answer.passed],
            "gate_count": sum(not verdict.is_advice for verdict in verdicts),
            "blocking": len(gates.missing(verdicts)),
            "signers": signers(case),
            "access": AuditEvent.objects.all().of_access(
                [certifier.user_id for certifier in case.primaries], case.now
            ),
            "links": lookups.links(district_event.event.pk),
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
        return context


def official_copy(case: Case) -> SealedCopy | None:
    """The official sealed copy, also while a correction is under way."""
    return (
        SealedCopy.objects.official()
        .of_district(case.scope.district)
        .filter(round__event=case.event)
        .first()
    )


def signers(case: Case) -> list[tuple[Certifier, Signature | None, bool]]:
    """The active certifiers with the signature that stands, and whether it still covers the data.
    Once sealed, those who signed, whatever they are now.
    """
    rounds = Round.objects.of(case.event, case.scope.district)
    if case.is_certified and (sealed := rounds.official().first()):
        signatures = Signature.objects.standing().filter(round=sealed)
        active = {certifier.pk: certifier for certifier in case.certifiers}
        return [
            (active.get(signature.certifier_id, signature.certifier), signature, True)
            for signature in signatures.select_related("certifier__user").order_by("level", "pk")
        ]
    return [
        (
            signature,
            case.signatures.get(signature.pk),
            case.covers(case.signatures.get(signature.pk)),
        )
        for signature in case.certifiers
    ]
