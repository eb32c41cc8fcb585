"""A validation report: words for people, columns, a count and rows, each asked with one statement
in the scope's edition.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse

from cte_portal.editions import Edition, Scope
from cte_portal.words import text
from pathways.models import Participation
from pathways.models.participation import ParticipationQuerySet
from pathways.models.student import by_name_of

Row = tuple[Any, ...]


class Nature(Enum):
    """The meaning of a report's number."""

    COUNT = "Count"
    LIST = "List"
    ERRORS = "Errors"
    ROSTER = "Rostered"
    COMPARISON = "Comparison"
    TABLE = "Table"

    @property
    def is_of_students(self) -> bool:
        """True when its rows are about students; those of the others are figures."""
        return self not in (Nature.COMPARISON, Nature.TABLE)

    @property
    def has_findings(self) -> bool:
        """True when its rows are findings; a count's rows are the students that were counted."""
        return self is not Nature.COUNT


@dataclass(frozen=True)
class ReportColumn:
    """`name` is the key in JSON, `title` the head in tables and files."""

    name: str
    title: str
    number: bool = False


STUDENT = (
    ReportColumn("student_state_id", "Student State ID"),
    ReportColumn("last_name", "Last Name"),
    ReportColumn("first_name", "First Name"),
)
PATHWAY = ReportColumn("pathway", "CTE Pathway")
BY_NAME = by_name_of("student")


@dataclass(frozen=True)
class Figure:
    """`parts` say more of the count: how many of the students are concentrators, how many
    participants.
    """

    count: int
    parts: Mapping[str, int] = field(default_factory=dict)


class Report(ABC):
    """A row begins with the keys of student and pathway, or of whatever its `cure` is about, for
    links; `columns` name what comes after them.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    short: ClassVar[str]
    letter: ClassVar[str] = ""
    says: ClassVar[str]
    nature: ClassVar[Nature]
    columns: ClassVar[tuple[ReportColumn, ...]]
    cure_label: ClassVar[str] = "Open and fix"

    @property
    def key(self) -> str:
        """The name of its files: the guide's letter, or the first word."""
        return self.letter or self.slug.partition("-")[0]

    @property
    def titles(self) -> list[str]:
        return [column.title for column in self.columns]

    @abstractmethod
    def count(self, scope: Scope) -> Figure: ...

    @abstractmethod
    def rows(self, scope: Scope, most: int | None = None, skip: int = 0) -> Iterator[Row]:
        """By student's name; streamed, so that a file of all rows needs no memory for them."""

    def findings(self, scope: Scope) -> Iterator[Row]:
        return self.rows(scope) if self.nature.has_findings else iter(())

    def none(self) -> Figure:
        """The figure of a district that has nothing to count."""
        return Figure(0)

    def what_to_do(self, row: Row) -> str:
        return ""

    def cure(self, scope: Scope, row: Row) -> str:
        """The address at which a row is corrected; empty where nothing is to be done."""
        return ""

    def texts(self, row: Row) -> list[str]:
        """A row's values as people read them, one for each column."""
        return [text(value, "") for value in row[2:]]


class RecordReport(Report):
    """A report about pathway records. `student` is what tells one student from another: the row in
    a district, the State ID statewide.
    """

    def of_district(self, scope: Scope) -> ParticipationQuerySet:
        return self.chosen(Participation.objects.of_district(scope), scope.end_year).enrolled_in(
            scope.end_year
        )

    def of_state(self, edition: Edition, end_year: int) -> ParticipationQuerySet:
        return self.chosen(Participation.objects.in_edition(edition), end_year).enrolled_in(
            end_year
        )

    def chosen(self, records: ParticipationQuerySet, end_year: int) -> ParticipationQuerySet:
        """The records that the report is about. Asked before the enrollment: where both probes cost
        the same, PostgreSQL keeps the order.
        """
        return records

    def rule(self, row: Row) -> str:
        """The id of the rule that a row breaks, for the page that cures it."""
        return ""

    def count(self, scope: Scope) -> Figure:
        return self.counted(self.of_district(scope), "student_id")

    def cure(self, scope: Scope, row: Row) -> str:
        """The record's page, with the rule that it breaks."""
        student, pathway = row[:2]
        if not (rule := self.rule(row)):
            return ""
        at = "&at=state" if scope.edition is Edition.STATE else ""
        page = reverse("cte-record", args=[scope.district, scope.end_year, student, pathway])
        return f"{page}?finding={rule}&report={self.slug}{at}"

    def total(self, edition: Edition, end_year: int) -> Figure:
        """Of the whole state: a student whom two districts report counts once (C-35)."""
        return self.counted(self.of_state(edition, end_year), "student__state_id")

    def rows(self, scope: Scope, most: int | None = None, skip: int = 0) -> Iterator[Row]:
        records = self.matches(self.of_district(scope))
        return iter(records[skip : skip + most]) if most else records.iterator(chunk_size=5000)

    def by_district(self, edition: Edition, end_year: int) -> dict[str, Figure]:
        """Every district's figure in one statement; a district without records is not in it."""
        grouped = self.grouped(self.of_state(edition, end_year).values("student__district_id"))
        return {line.pop("student__district_id"): self.figure(**line) for line in grouped}

    def figure(self, count: int) -> Figure:
        return Figure(count)

    @abstractmethod
    def counted(self, records: ParticipationQuerySet, student: str) -> Figure: ...

    @abstractmethod
    def grouped(self, records: Any) -> Any:
        """The same count for each group of records."""

    @abstractmethod
    def matches(self, records: ParticipationQuerySet) -> QuerySet[Participation, Any]: ...


def findings_as_json(report: Report, scope: Scope, most: int | None = None) -> list[dict[str, str]]:
    """The findings as JSON has them: by the names of the columns."""
    names = [column.name for column in report.columns]
    return [
        dict(zip(names, report.texts(row), strict=True))
        for row in islice(report.findings(scope), most)
    ]
