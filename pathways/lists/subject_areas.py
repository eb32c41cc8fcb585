"""What the portal proposes for courses of each SCED subject area: OPI's list in the admin site,
with its form.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest

from cte_portal.pages.offered import offer
from cte_portal.ui.wording import number_of
from pathways.lists.changing import subject, words
from pathways.lists.effects import effects
from pathways.lists.forms import RegisterForm
from pathways.lists.register_admin import RegisterAdmin
from pathways.models import SUBJECT_AREAS, Course, Pathway, SubjectPathway

NOT_CTE = Course.Answer.NOT_CTE
_NO_ANSWER = Q(pathway=None, answer="")


def _proposed(row: SubjectPathway) -> str:
    if row.pathway_id is None:
        return str(NOT_CTE.label)
    return str(Pathway.objects.values_list("name", flat=True).get(pk=row.pathway_id))


@words.register
def _(row: SubjectPathway) -> dict[str, str]:
    return {
        "SCED Subject Area": f"{row.area} {SUBJECT_AREAS[row.area]}",
        "Proposes": _proposed(row),
    }


@subject.register
def _(row: SubjectPathway) -> tuple[str, str, str]:
    return "subject area", str(row.pk), f"{row}: {_proposed(row)}"


@effects.register
def _(after: SubjectPathway, before: SubjectPathway) -> list[str]:
    if after.pathway_id == before.pathway_id:
        return []
    waiting = Course.objects.filter(_NO_ANSWER, sced_area=after.area)
    number = waiting.count()
    if not number:
        return []
    districts = waiting.values("school__district").distinct().count()
    return [
        (
            f"Affects {number_of(number, 'course')} without an answer in"
            f" {number_of(districts, 'district')}: {_proposed(after)} is proposed from now on."
            " Answers that were given stay."
        )
    ]


class SubjectPathwayForm(RegisterForm):
    area = forms.ChoiceField(
        label="SCED Subject Area",
        choices=[
            ("", "Select a subject area"),
            *((area, f"{area} {title}") for area, title in sorted(SUBJECT_AREAS.items())),
        ],
    )
    pathway_id = forms.ChoiceField(
        label="Proposes",
        help_text="one pathway; add a row for each other pathway of the area",
    )

    class Meta:
        model = SubjectPathway
        fields = ["area", "pathway_id"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        pathways = Pathway.objects.order_by("name").values_list("pk", "name")
        own = [(str(key), name) for key, name in pathways]
        offer(
            self,
            "pathway_id",
            [("", "Select an answer"), (NOT_CTE.value, NOT_CTE.label), *own],
        )
        if not self.adding:
            # The area is how people find the row; another one is another row.
            del self.fields["area"]
            self.initial["pathway_id"] = str(self.instance.pathway_id or NOT_CTE.value)

    def clean_pathway_id(self) -> int | None:
        answer = str(self.cleaned_data["pathway_id"])
        return None if answer == NOT_CTE.value else int(answer)


class SubjectPathwayAdmin(RegisterAdmin):
    form = SubjectPathwayForm
    path_of = "Set up the collection › SCED subject areas"
    about = (
        "What Courses and pathways proposes for a course that has no answer yet, by the subject area"
        " of its SCED code. A district confirms each proposal or chooses something else. An area"
        " without a row proposes nothing."
    )
    list_display = ("label", "proposed")
    list_display_links = ("label",)
    ordering = ("area", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubjectPathway]:
        name = Subquery(Pathway.objects.filter(pk=OuterRef("pathway_id")).values("name"))
        return SubjectPathway.objects.annotate(pathway_name=name).order_by("area", "pk")

    def unused(self) -> QuerySet[SubjectPathway]:
        """Answers that were given by it stay."""
        return SubjectPathway.objects.all()

    @admin.display(description="SCED Subject Area", ordering="area")
    def label(self, row: SubjectPathway) -> str:
        return f"{row.area} {SUBJECT_AREAS[row.area]}"

    @admin.display(description="Proposes")
    def proposed(self, row: Any) -> str:
        return row.pathway_name or NOT_CTE.label
