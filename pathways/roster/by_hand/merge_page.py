"""The page that merges two rows of one student."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.pages.previewed import shown_as, was_shown
from pathways.files.values import tidy
from pathways.models import Student
from pathways.roster.by_hand import undoing
from pathways.roster.by_hand.merge import Merge


class MergeForm(forms.Form):
    """The State ID of the row that goes."""

    use_required_attribute = False
    state_id = forms.CharField(
        label="State ID of the other row",
        max_length=20,
        help_text="The row that is removed. Its data move to this student.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Enter a State ID"},
    )

    def __init__(self, *args: Any, student: Student, students: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.student, self.students = student, students
        self.twin: Student | None = None

    def clean_state_id(self) -> str:
        """An unknown student and another district's get the same words."""
        state_id = "".join(tidy(self.cleaned_data["state_id"]).split())
        if state_id == self.student.state_id:
            raise forms.ValidationError("Enter the State ID of the other row, not of this one")
        is_number = state_id.isascii() and state_id.isdigit() and len(state_id) == 9
        self.twin = self.students.filter(state_id=state_id).first() if is_number else None
        if self.twin is None:
            raise forms.ValidationError("No student of this district has this State ID")
        return state_id


class MergeStudents(ActionView):
    """Enter the other State ID, see what moves and what conflicts, confirm. Undo brings both back."""

    capability = Capability.EDIT_RECORDS
    form_class = MergeForm
    template_name = "pathways/roster/merge.html"
    merge: Merge | None = None
    """What the act would do, once the other row is known."""

    @cached_property
    def student(self) -> Student:
        return get_object_or_404(Student.objects.of_district(self.scope), pk=self.kwargs["student"])

    def get_form_kwargs(self) -> dict[str, Any]:
        students = Student.objects.of_district(self.scope)
        return {**super().get_form_kwargs(), "student": self.student, "students": students}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own: dict[str, Any] = {"student": self.student, "merge": self.merge}
        if self.merge:
            own["seen"] = shown_as(self._shown(self.merge))
        return super().get_context_data(**{**kwargs, **own})

    @staticmethod
    def _shown(merge: Merge) -> list[str]:
        return [*merge.effects, *merge.conflicts, *merge.rows]

    def act(self, form: Any) -> HttpResponse:
        if not self.in_active_year:
            raise PermissionDenied("Roster data can be changed only in the current school year.")
        self.merge = merge = Merge(self.scope, self.student, form.twin)
        if merge.conflicts or not was_shown(self.request, self._shown(merge)):
            return self.render_to_response(self.get_context_data(form=form))
        edited = merge.carry_out(by=self.person.record_name, by_id=self.person.pk)
        undoing.offer(
            self.request,
            f"State ID {merge.twin.state_id} was merged into {merge.student.state_id}.",
            edited.batch,
        )
        return redirect("roster-student", self.scope.district, self.scope.end_year, self.student.pk)
