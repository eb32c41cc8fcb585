"""The columns of the four lists of the worklist."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString

from cte_portal import words
from cte_portal.accounts.listing.table import HIDDEN_HEAD, HIDDEN_NUMBER, NUMBER, ListTable
from cte_portal.ui.tables.cells import PatternColumn, WholeColumn
from cte_portal.ui.templatetags.portal import credits, us_date
from pathways.models import RosterDecision
from pathways.records.student_list.table import StudentColumn, StudentColumns
from pathways.roster.worklist.line import CourseTaken
from pathways.roster.worklist.which import Which

NOT_KNOWN = "not known"
FIRST = ("choose", "student", "state_id", "grade", "school", "pathway")
LAST = ("decided", "open")
"""Columns with which each list begins and ends; its own stand between."""


class CreditsColumn(WholeColumn):
    """With two decimals. Where nothing is not simply nothing, it is said not to be known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(attrs=NUMBER, **options)

    def cells(self, values: Sequence[Decimal | None]) -> Sequence[str]:
        return [NOT_KNOWN if value is None else f"{value:.2f}" for value in values]


class CoursesColumn(WholeColumn):
    """The names of the courses."""

    def cells(self, values: Sequence[Sequence[CourseTaken]]) -> Sequence[str]:
        return [", ".join(map(attrgetter("name"), courses)) for courses in values]


class WorklistTable(StudentColumns):
    spare = ("school", "modified_by")

    choose = PatternColumn(
        "pathways/roster/worklist_choose.html",
        values={"token": "token", "about": "about"},
        conditions={"is_ticked": "is_ticked"},
        verbose_name="Choose",
        attrs=HIDDEN_HEAD,
    )
    student = StudentColumn(order_by=("last", "first"))
    pathway = tables.Column(
        accessor="line__pathway__name",
        verbose_name="CTE Pathway",
        orderable=True,
        order_by=("by_pathway",),
    )
    decided = tables.Column(accessor="line__decision", verbose_name="Decided")
    open = PatternColumn(
        "pathways/roster/worklist_open.html",
        values={"address": "way_on", "link": "link", "about": "about", "grid": "grid"},
        conditions={"has_grid": "grid"},
        verbose_name="Open",
        attrs=HIDDEN_NUMBER,
    )

    class Meta(ListTable.Meta):
        sequence: tuple[str, ...] = ("choose", "student", "...", "open")
        row_attrs = {"class": attrgetter("css")}

    def render_decided(self, value: RosterDecision) -> SafeString:
        values = {
            "choice": value.get_choice_display(),
            "reason": value.reason,
            "by": value.by,
            "on": us_date(value.at),
        }
        return self.patterns.fill(
            "pathways/roster/worklist_decided.html", values, has_reason=bool(value.reason)
        )

    def value_decided(self, value: RosterDecision | None) -> str:
        if value is None:
            return ""
        choice = f"{value.get_choice_display()}{f': {value.reason}' if value.reason else ''}"
        return f"{choice} ({value.by}, {words.text(value.at.date())})"


class _Courses(tables.Table):
    courses = CoursesColumn(
        accessor="line__courses",
        verbose_name="Courses",
        empty_values=(),
        orderable=True,
        order_by=("by_courses",),
    )
    transcript = CreditsColumn(
        accessor="line__transcript",
        verbose_name="Transcript",
        empty_values=(),
        orderable=True,
        order_by=("by_transcript",),
    )


class WithoutRecordTable(_Courses, WorklistTable):
    credits = CreditsColumn(
        accessor="line__credits", verbose_name="Credits", orderable=True, order_by=("by_credits",)
    )

    class Meta(WorklistTable.Meta):
        sequence = (
            "choose",
            "student",
            "...",
            "courses",
            "transcript",
            "credits",
            "decided",
            "open",
        )


class WithoutCourseTable(WorklistTable):
    grown = CreditsColumn(accessor="line__grown_in_all", verbose_name="This year")
    total = CreditsColumn(
        accessor="line__record__total_credits",
        verbose_name="Total",
        orderable=True,
        order_by=("by_total",),
    )
    modified = tables.Column(
        accessor="line__record__modified_date",
        verbose_name="Modified",
        orderable=True,
        order_by=("by_modified",),
    )
    modified_by = tables.Column(accessor="line__record__modified_by", verbose_name="Modified by")

    class Meta(WorklistTable.Meta):
        sequence = (*FIRST, "...", *LAST)

    def render_modified(self, value: datetime.date) -> str:
        return us_date(value)

    def value_modified(self, value: datetime.date) -> str:
        return words.text(value)


class UnlikeTable(_Courses, WorklistTable):
    grown = CreditsColumn(accessor="line__grown", verbose_name="This year")

    class Meta(WorklistTable.Meta):
        sequence = (*FIRST, "...", "courses", "transcript", "grown", *LAST)


class NothingNowTable(WorklistTable):
    before = CreditsColumn(accessor="line__before__total_credits", verbose_name="Total last year")
    record = tables.Column(
        accessor="line__record",
        verbose_name="Record now",
        empty_values=(),
        orderable=True,
        order_by=("by_total",),
    )

    class Meta(WorklistTable.Meta):
        sequence = (*FIRST, "...", "before", "record", *LAST)

    def render_record(self, value: Any) -> str:
        if value is None:
            return "deleted"
        return f"{credits(value.total_credits)} credits, {words.text(value.concentrator)}"


TABLES: dict[Which, type[WorklistTable]] = {
    Which.WITHOUT_RECORD: WithoutRecordTable,
    Which.WITHOUT_COURSE: WithoutCourseTable,
    Which.UNLIKE: UnlikeTable,
    Which.NOTHING_NOW: NothingNowTable,
}
