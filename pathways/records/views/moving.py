"""Moving a record's credits to another pathway in one act: previewed, with one line of history on
each record, and taken back together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.pages.previewed import PreviewedForm
from cte_portal.pages.typed import number
from cte_portal.refusals import Refusal
from cte_portal.words import text
from pathways.elements import values
from pathways.ledger.refusals import Refused
from pathways.ledger.shape import CREDITS, LABELS, PARTS_OF_THE_TOTAL, TYPED, Row
from pathways.models import Participation, Pathway
from pathways.models.participation import CONCENTRATOR_CREDITS
from pathways.records import entry, undo
from pathways.records.views.one_record import OneRecord


@dataclass(frozen=True)
class Move:
    """The record is deleted, and its credits are added to the one in the pathway `to`, which is
    entered where there is none.
    """

    record: Participation
    name: str
    to: Pathway
    target: Participation | None

    @cached_property
    def after(self) -> Row:
        """The record of the other pathway as it will be. Its own answers stay; with the credits of
        a concentrator it becomes one.
        """
        if self.target is None:
            return Row.of(self.record, pathway_id=self.to.pk, version=0)
        amounts = {
            name: getattr(self.target, name) + getattr(self.record, name) for name in CREDITS
        }
        total = sum(amounts[name] for name in PARTS_OF_THE_TOTAL)
        own: dict[str, Any] = {
            **amounts,
            "concentrator": self.target.concentrator or total >= CONCENTRATOR_CREDITS,
            "start_date": min(self.target.start_date, self.record.start_date),
        }
        return Row.of(self.target, version=self.target.version, **own)

    @property
    def rows(self) -> list[Row]:
        """The record that is entered or changed comes first: findings are about it."""
        return [self.after, Row.of(self.record, version=self.record.version, delete_row=True)]

    @property
    def total(self) -> str:
        amounts = [getattr(self.after, name) for name in PARTS_OF_THE_TOTAL]
        return text(sum(amounts))

    def sentences(self) -> Iterator[str]:
        """What follows, for the person to see first."""
        credits = f"{self.record.total_credits:.2f} credits"
        yield f"The record in {self.name}, {credits}, will be deleted. Its history stays."
        if self.target is None:
            yield f"A record in {self.to.name} will be entered with all of its values, {credits}."
            return
        changed = [
            f"{LABELS[name]} from {text(getattr(self.target, name))} to"
            f" {text(getattr(self.after, name))}"
            for name in TYPED
            if getattr(self.target, name) != getattr(self.after, name)
        ]
        yield (
            f"The record in {self.to.name} will have {self.total} credits in place of"
            f" {self.target.total_credits:.2f}: {'; '.join(changed) or 'nothing changes'}."
        )
        if self.target.single_parent != self.record.single_parent:
            yield (
                f"Student Single Parent stays {text(self.target.single_parent)}, as"
                f" {self.to.name} has it."
            )


class MoveForm(forms.Form):
    use_required_attribute = False

    to = forms.ChoiceField(
        label="Move the credits to",
        help_text="Pathways approved for this district, and those the student has",
        error_messages={
            "required": "Select a pathway",
            "invalid_choice": "Select a pathway from the list",
        },
    )

    def __init__(self, *arguments: Any, pathways: dict[int, Pathway], **options: Any) -> None:
        super().__init__(*arguments, **options)
        offered = [(str(key), pathway.name) for key, pathway in pathways.items()]
        self.fields["to"] = forms.ChoiceField(
            label=self.fields["to"].label,
            help_text=self.fields["to"].help_text,
            error_messages=self.fields["to"].error_messages,
            choices=[("", "Select a pathway"), *offered],
        )


class MoveRecord(OneRecord, PreviewedForm, ActionView):
    """What was shown is what is done: where one of the records was changed in between, it is shown
    again.
    """

    capability = Capability.EDIT_RECORDS
    form_class = MoveForm
    template_name = "pathways/records/record_move.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._to_the_student() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._to_the_student() or super().post(request, *args, **kwargs)

    def _to_the_student(self) -> HttpResponse | None:
        """Where the record is deleted by now: the second click of a double click finds its work
        done.
        """
        if not self.in_active_year:
            raise PermissionDenied("Records can be changed only in the current school year.")
        if self.record is None and self.changes:
            return HttpResponseRedirect(self.address("cte-student"))
        return None

    @cached_property
    def others(self) -> dict[int, Participation]:
        """The student's records in other pathways."""
        records = Participation.objects.of_district(self.scope).filter(student=self.student)
        return {
            record.pathway_id: record
            for record in records.exclude(pathway=self.pathway).select_related("pathway")
        }

    @cached_property
    def pathways(self) -> dict[int, Pathway]:
        """Where the credits can go, by name."""
        approved = Pathway.objects.approved_for(self.scope.district, self.scope.end_year)
        offered = {pathway.pk: pathway for pathway in approved.exclude(pk=self.pathway.pk)}
        offered |= {key: record.pathway for key, record in self.others.items()}
        return dict(sorted(offered.items(), key=lambda item: item[1].name))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "pathways": self.pathways}

    def move(self, form: Any) -> Move:
        assert self.record is not None  # noqa: S101 - asked before
        key = number(form.cleaned_data["to"]) or 0
        return Move(self.record, self.pathway.name, self.pathways[key], self.others.get(key))

    def effects_of(self, form: Any) -> list[str]:
        move = self.move(form)
        refused = entry.findings(self.scope, move.rows)
        refusals = [f"But this will be refused: {finding.message}." for finding in refused]
        return [*move.sentences(), *refusals]

    def act(self, form: Any) -> HttpResponse:
        move, by, by_id = self.move(form), self.person.record_name, self.person.pk
        record = move.record
        with transaction.atomic():
            try:
                entry.save(self.scope, move.rows, by=by, by_id=by_id)
            except Refused as refusal:
                raise Refusal(refusal.sentence, field="to") from refusal
            target = self.student.participations.get(pathway=move.to)
            batch = values.copy(self.scope, record, target, by=by, by_id=by_id)
        undo.offer(
            self.request,
            student=self.student.pk,
            title="Moved.",
            words=(
                f"{self.student.name}: {record.total_credits:.2f} credits from"
                f" {self.pathway.name} to {move.to.name}, which now has {move.total}."
            ),
            steps=[
                undo.Step(move.to.pk, move.after.version or 0, target.version),
                undo.Step(record.pathway_id, record.version, 0),
            ],
            elements=(move.to.pk, batch) if batch else None,
        )
        return HttpResponseRedirect(self.address("cte-record", move.to.pk))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back=self.address("cte-record", self.pathway.pk), others=self.others, **kwargs
        )
