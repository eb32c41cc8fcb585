"""The effects of a change of OPI's reference data, shown before it is made (ux O-15, O-16)."""

from __future__ import annotations

from functools import singledispatch

from django.db import models

from cte_portal.editions import school_year_label
from cte_portal.ui.wording import number_of
from pathways import rules
from pathways.certified import certified
from pathways.models import (
    District,
    EndStatus,
    Enrollment,
    Participation,
    Pathway,
    RuleSeverity,
    SchoolYear,
)


@singledispatch
def effects(after: models.Model, before: models.Model) -> list[str]:
    """Sentences on what follows from `after` in place of `before`; none when nobody would
    notice.
    """
    raise TypeError(f"{type(after).__name__} is not OPI's.")


@effects.register
def _(after: Pathway, before: Pathway) -> list[str]:
    sentences = []
    records = Participation.objects.filter(pathway_id=after.pk)
    if (after.code, after.name) != (before.code, before.name) and (
        reach := records.reach()
    ).records:
        sentences.append(f"Affects {reach}: they show “{after.code} {after.name}” from now on.")
    year = SchoolYear.objects.filter(is_active=True).first()
    if year and _offered(before, year.end_year) and not _offered(after, year.end_year):
        reach = records.enrolled_in(year.end_year).reach()
        sentences.append(
            f"No longer offered in {year}. Affects {reach}: they stay as they are and can be read"
            " and corrected, but no record can be entered in this pathway and no credits added."
        )
    if year and _offered(after, year.end_year) and not _offered(before, year.end_year):
        approved = after.approvals.filter(school_year=year).count()
        sentences.append(
            f"Offered again in {year}, in the {number_of(approved, 'district')} where it is"
            " approved."
        )
    return sentences


def _offered(row: Pathway | EndStatus, end_year: int) -> bool:
    return row.first_year <= end_year and (row.last_year is None or end_year <= row.last_year)


@effects.register
def _(after: EndStatus, before: EndStatus) -> list[str]:
    sentences = []
    year = SchoolYear.objects.filter(is_active=True).first()
    if year and _offered(before, year.end_year) and not _offered(after, year.end_year):
        sentences.append(
            f"No longer used in {year}. Enrollments that ended with {after.code} stay as they are,"
            " but no enrollment can be ended with it."
        )
    if (after.name, after.family) == (before.name, before.family):
        return sentences
    ended = Enrollment.objects.filter(end_status=after.code).count()
    if not ended:
        return sentences
    affected = f"Affects {number_of(ended, 'enrollment')} that ended with {after.code}:"
    if after.name != before.name:
        sentences.append(f"{affected} pages show “{after}” from now on.")
    if after.family != before.family:
        family = EndStatus.Family(after.family).label.lower()
        sentences.append(f"{affected} its family is “{family}” from now on.")
    return sentences


@effects.register
def _(after: District, before: District) -> list[str]:
    if after.name == before.name:
        return []
    reach = Participation.objects.filter(student__district_id=after.pk).reach()
    return [f"Affects {reach}: every page and report shows “{after.name}” from now on."]


@effects.register
def _(after: SchoolYear, before: SchoolYear) -> list[str]:
    sentences = []
    if after.is_active and not before.is_active:
        districts = District.objects.count()
        reach = Participation.objects.enrolled_in(after.end_year).reach()
        reached = f" for {number_of(districts, 'district')}" if districts else ""
        sentences.append(
            f"{after} becomes the current year{reached}. Records can be entered and changed only in"
            f" {after}; all other years become read only."
        )
        if reach.records:
            sentences.append(f"Records of students enrolled in {after} today: {reach}.")
        if unfinished := certified().unfinished():
            sentences += unfinished.sentences
    if after.starts != before.starts:
        enrolled = (
            Enrollment.objects.filter(calendar__school_year_id=after.end_year)
            .values("student_id")
            .distinct()
            .count()
        )
        if enrolled:
            sentences.append(
                "An enrollment that ended before the first day does not count in"
                f" {school_year_label(after.end_year)}. {enrolled:,}"
                f" student{' is' if enrolled == 1 else 's are'} enrolled there."
            )
    return sentences


WITH_ARTICLE = {"error": "an error", "warning": "a warning", "info": "an info"}
FOLLOWS = {
    "error": (
        "each must be corrected before the district can certify; explanations do not count while it"
        " is an error"
    ),
    "warning": "each must be corrected or explained before the district can certify",
    "info": "they no longer block certification",
}


@effects.register
def _(after: RuleSeverity, before: RuleSeverity) -> list[str]:
    if after.severity == before.severity:
        return []
    reach = rules.reach(rules.by_id(after.rule), after.end_year)
    rule, own, new = (
        rules.by_id(after.rule),
        WITH_ARTICLE[before.severity],
        WITH_ARTICLE[after.severity],
    )
    year = school_year_label(after.end_year)
    return [
        f"“{rule.problem}” is now {own} in {year} and becomes {new} for all districts.",
        (
            f"{reach} break it today: {FOLLOWS[after.severity]}."
            if reach.records
            else "No record breaks it today."
        ),
    ]
