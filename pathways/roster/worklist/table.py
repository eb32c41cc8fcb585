"""The columns of the four lists of the worklist."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString

from cte_portal import words
from cte_portal.accounts.listing.table import HIDDEN_HEAD, HIDDEN_NUMBER, NUMBER, ListTable
from cte_portal.ui.templatetags.portal import credits, us_date
from pathways.models import RosterDecision
from pathways.records.student_list.table import StudentColumns
from pathways.roster.worklist.line import RosterLine
from pathways.roster.worklist.which import Which

NOT_KNOWN = "not known"
FIRST = ("choose", "student", "state_id", "grade", "school", "pathway")
LAST = ("decided", "open")
"""Columns with which each list begins and ends; its own stand between."""


@dataclass(frozen=True)
class WorklistRow:
    """A line with where it leads: `address` to the student, `way_on` to what `link` says, `grid` to
    its row in CTE Roster Entry.
    """

    line: RosterLine
    address: str
    way_on: str
    link: str
    grid: str = ""
    is_ticked: bool = False

    @property
    def student(self) -> Any:
        return self.line.student

    @cached_property
    def about(self) -> str:
        return f"{self.line.student.name}, {self.line.pathway.name}"


class WorklistTable(StudentColumns):
    spare = ("school", "modified_by")

    choose = tables.Column(verbose_name="Choose", attrs=HIDDEN_HEAD, empty_values=())
    student = tables.Column(
        accessor="student__name",
        verbose_name="Student",
        orderable=True,
        order_by=("last", "first"),
    )
    pathway = tables.Column(
        accessor="line__pathway__name",
        verbose_name="CTE Pathway",
        orderable=True,
        order_by=("by_pathway",),
    )
    decided = tables.Column(accessor="line__decision", verbose_name="Decided")
    open = tables.Column(verbose_name="Open", attrs=HIDDEN_NUMBER, empty_values=())

    class Meta(ListTable.Meta):
        sequence: tuple[str, ...] = ("choose", "student", "...", "open")
        row_attrs = {"class": lambda record: "chosen" if record.is_ticked else ""}

    def render_choose(self, record: WorklistRow) -> SafeString:
        values = {"token": record.line.token, "about": record.about}
        return self.patterns.fill(
            "pathways/roster/worklist_choose.html", values, is_ticked=record.is_ticked
        )

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

    def render_open(self, record: WorklistRow) -> SafeString:
        values = {
            "address": record.way_on,
            "link": record.link,
            "about": record.about,
            "grid": record.grid,
        }
        return self.patterns.fill(
            "pathways/roster/worklist_open.html", values, has_grid=bool(record.grid)
        )

    def value_decided(self, value: RosterDecision | None) -> str:
        if value is None:
            return ""
        choice = f"{value.get_choice_display()}{f': {value.reason}' if value.reason else ''}"
        return f"{choice} ({value.by}, {words.text(value.at.date())})"


class _Courses(tables.Table):
    courses = tables.Column(
        accessor="line__courses",
        verbose_name="Courses",
        empty_values=(),
        orderable=True,
        order_by=("by_courses",),
    )
    transcript = tables.Column(
        accessor="line__transcript",
        verbose_name="Transcript",
        attrs=NUMBER,
        empty_values=(),
        orderable=True,
        order_by=("by_transcript",),
    )

    def render_courses(self, value: Any) -> str:
        return ", ".join(course.name for course in value)

    def render_transcript(self, value: Decimal | None) -> str:
        return NOT_KNOWN if value is None else credits(value)


class WithoutRecordTable(_Courses, WorklistTable):
    credits = tables.Column(
        accessor="line__credits",
        verbose_name="Credits",
        attrs=NUMBER,
        orderable=True,
        order_by=("by_credits",),
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

    def render_credits(self, value: Decimal) -> str:
        return credits(value)


class WithoutCourseTable(WorklistTable):
    grown = tables.Column(accessor="line__grown_in_all", verbose_name="This year", attrs=NUMBER)
    total = tables.Column(
        accessor="line__record__total_credits",
        verbose_name="Total",
        attrs=NUMBER,
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

    def render_grown(self, value: Decimal) -> str:
        return credits(value)

    def render_total(self, value: Decimal) -> str:
        return credits(value)

    def render_modified(self, value: datetime.date) -> str:
        return us_date(value)

    def value_modified(self, value: datetime.date) -> str:
        return words.text(value)


class UnlikeTable(_Courses, WorklistTable):
    grown = tables.Column(accessor="line__grown", verbose_name="This year", attrs=NUMBER)

    class Meta(WorklistTable.Meta):
        sequence = (*FIRST, "...", "courses", "transcript", "grown", *LAST)

    def render_grown(self, value: Decimal) -> str:
        return credits(value)


class NothingNowTable(WorklistTable):
    before = tables.Column(
        accessor="line__before__total_credits", verbose_name="Total last year", attrs=NUMBER
    )
    record = tables.Column(
        accessor="line__record",
        verbose_name="Record now",
        empty_values=(),
        orderable=True,
        order_by=("by_total",),
    )

    class Meta(WorklistTable.Meta):
        sequence = (*FIRST, "...", "before", "record", *LAST)

    def render_before(self, value: Decimal) -> str:
        return credits(value)

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
