"""OPI's lists in the admin site: pathways, districts, school years, and rule severities.
The lists of end statuses, SCED subject areas and the follow-up stand beside their forms.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from cte_portal.accounts.access.reach import person_of
from cte_portal.accounts.models import Membership
from pathways.certified import EXTEND, certified
from pathways.lists.changing import InUse, YearHeld, changing, words
from pathways.lists.end_statuses import EndStatusAdmin
from pathways.lists.follow_up.admin import FollowUpYearAdmin, PostProgramStatusAdmin
from pathways.lists.forms import (
    DistrictForm,
    PathwayForm,
    RuleSeverityForm,
    SchoolYearForm,
)
from pathways.lists.register_admin import OfYears, RegisterAdmin, site
from pathways.lists.set_up import MAKE_CURRENT
from pathways.lists.subject_areas import SubjectPathwayAdmin
from pathways.models import (
    Approval,
    Change,
    District,
    EndStatus,
    FollowUpYear,
    Participation,
    Pathway,
    PostProgramStatus,
    RuleSeverity,
    SchoolYear,
    SubjectPathway,
)
from pathways.models.counted import counted
from pathways.rules import by_id


@admin.register(Pathway, site=site)
class PathwayAdmin(OfYears, RegisterAdmin):
    form = PathwayForm
    path_of = "Set up the collection › Pathways"
    about = (
        "The approved areas of study. A pathway that has been used cannot be removed. Give it a"
        " last school year instead."
    )
    list_display = ("code", "name", "first", "last", "approved", "records")
    list_display_links = ("name",)
    search_fields = ("code", "name")
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pathway]:
        return (
            Pathway.objects.annotate(record_count=counted(Participation.objects.all(), "pathway"))
            .annotate(
                approval_count=counted(
                    Approval.objects.filter(school_year__is_active=True), "pathway"
                )
            )
            .order_by("code")
        )

    def unused(self) -> QuerySet[Pathway]:
        history = Change.objects.filter(pathway_id=OuterRef("pk"))
        return Pathway.objects.filter(~Exists(history), participations=None, approvals=None)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Rows of SCED subject areas that propose the pathway go with it."""
        with changing(by=person_of(request)) as entries:
            if not self._is_unused(obj):
                raise InUse
            entries.remove(list(SubjectPathway.objects.filter(pathway_id=obj.pk)))
            entries.remove([obj])

    @admin.display(description="Districts this year", ordering="approval_count")
    def approved(self, row: Any) -> str:
        return f"{row.approval_count:,}"

    @admin.display(description="Records", ordering="record_count")
    def records(self, row: Any) -> str:
        return f"{row.record_count:,}"


@admin.register(District, site=site)
class DistrictAdmin(RegisterAdmin):
    form = DistrictForm
    path_of = "Set up the collection › Districts"
    about = "The school systems that report. Their number is the District Number in files."
    list_display = ("number", "name", "approved", "records")
    list_display_links = ("name",)
    search_fields = ("number", "name")
    ordering = ("number",)

    @property
    def file_url(self) -> str:
        return reverse("districts-import")

    def get_queryset(self, request: HttpRequest) -> QuerySet[District]:
        return (
            District.objects.annotate(
                record_count=counted(Participation.objects.all(), "student__district")
            )
            .annotate(
                approval_count=counted(
                    Approval.objects.filter(school_year__is_active=True), "district"
                )
            )
            .order_by("number")
        )

    def unused(self) -> QuerySet[District]:
        history, people = (
            Change.objects.filter(district=OuterRef("pk")),
            Membership.objects.filter(district=OuterRef("pk")),
        )
        return District.objects.filter(
            ~Exists(history), ~Exists(people), students=None, schools=None, approvals=None
        )

    @admin.display(description="Pathways this year", ordering="approval_count")
    def approved(self, row: Any) -> str:
        return f"{row.approval_count:,}"

    @admin.display(description="Records", ordering="record_count")
    def records(self, row: Any) -> str:
        return f"{row.record_count:,}"


@admin.register(SchoolYear, site=site)
class SchoolYearAdmin(RegisterAdmin):
    form = SchoolYearForm
    path_of = "Set up the collection › School years"
    about = (
        "There is always one current school year, in which records are entered and changed. All"
        " other years are read only."
    )
    list_display = ("label", "starts_on", "ends_on", "current")
    list_display_links = ("label",)
    ordering = ("-end_year",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.makes_current = MAKE_CURRENT in request.GET
        return form

    def unused(self) -> QuerySet[SchoolYear]:
        history = Change.objects.filter(end_year=OuterRef("pk"))
        return SchoolYear.objects.filter(
            ~Exists(history), is_active=False, calendars=None, approvals=None
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The year that was active until now ends in the same change, with what OPI chose for who
        has not finished it.
        """
        reason = form.cleaned_data["reason"]
        with changing(by=person_of(request), reason=reason) as entries:
            if obj.is_active:
                if not form.was_active and (sentence := certified().year_is_held()):
                    raise YearHeld(sentence)
                if not form.was_active and (unfinished := certified().unfinished()):
                    if not (choice := form.cleaned_data.get("unfinished")):
                        raise YearHeld(
                            "A district's certification was reopened in the meantime. Check the"
                            " preview again."
                        )
                    unfinished.decide(choice, person_of(request), reason)
                for year in SchoolYear.objects.filter(is_active=True).exclude(pk=obj.pk):
                    year.is_active = False
                    entries.save(year)
            if change:
                entries.save(obj, seen=form.seen_words)
            else:
                entries.add([obj])
                entries.add(FollowUpYear.objects.missing(obj.end_year))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Its follow-up goes with it: of a year that nothing names nobody has left."""
        with changing(by=person_of(request)) as entries:
            if not self._is_unused(obj):
                raise InUse
            entries.remove(list(FollowUpYear.objects.filter(pk=obj.pk)))
            entries.remove([obj])

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: Any = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """The choice to give extensions first leads to the event; nothing is changed."""
        if (
            request.method == "POST"
            and request.POST.get("unfinished") == EXTEND
            and (unfinished := certified().unfinished())
        ):
            messages.info(
                request,
                "Nothing was changed. Give the extensions here first, then make the next year"
                " current.",
            )
            return redirect(unfinished.way_out)
        return super().changeform_view(request, object_id, form_url, extra_context)

    @admin.display(description="School year", ordering="end_year")
    def label(self, row: SchoolYear) -> str:
        return str(row)

    @admin.display(description="First day", ordering="starts")
    def starts_on(self, row: SchoolYear) -> str:
        return words(row)["First day"]

    @admin.display(description="Last day", ordering="ends")
    def ends_on(self, row: SchoolYear) -> str:
        return words(row)["Last day"]

    @admin.display(description="Current", ordering="is_active")
    def current(self, row: SchoolYear) -> str:
        return "Current year" if row.is_active else ""


site.register(EndStatus, EndStatusAdmin)
site.register(SubjectPathway, SubjectPathwayAdmin)
site.register(PostProgramStatus, PostProgramStatusAdmin)
site.register(FollowUpYear, FollowUpYearAdmin)


@admin.register(RuleSeverity, site=site)
class RuleSeverityAdmin(RegisterAdmin):
    form = RuleSeverityForm
    path_of = "Set up the collection › Rule severities"
    about = (
        "Rules whose severity OPI has changed for a school year. An error blocks certification. A"
        " warning blocks it until it is explained. An info blocks nothing. The severity applies to"
        " all districts. To go back, choose the rule's own severity again."
    )
    list_display = ("label", "year", "severity", "own", "reason")
    list_display_links = ("label",)
    ordering = ("-end_year", "rule")

    @admin.display(description="Rule", ordering="rule")
    def label(self, row: RuleSeverity) -> str:
        return words(row)["Rule"]

    @admin.display(description="School year", ordering="end_year")
    def year(self, row: RuleSeverity) -> str:
        return words(row)["School year"]

    @admin.display(description="The rule's own")
    def own(self, row: RuleSeverity) -> str:
        return by_id(row.rule).severity.value.capitalize()
