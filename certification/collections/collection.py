"""What certification asks of a collection of records. An event names its collection, and everything
in which one differs from another is chosen by it (design D7).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any, Protocol

from certification.models import SealedCopy, SealedRow
from certification.models.sealed import fingerprint
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.words import text
from pathways.reports.groups import Group
from pathways.reports.runs import Run

ALWAYS_WRITERS = ("resync", "roster-file", "roster-file-of-all", "roster-undo")
"""Kinds of batches that change what is signed in any collection: students, and what the state has.
"""


class Row(Protocol):
    """A record as it is signed: a named tuple, whose first field is the State ID."""

    @property
    def state_id(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def first_name(self) -> str: ...
    @property
    def middle_name(self) -> str: ...
    @property
    def student_name(self) -> str: ...

    def __iter__(self) -> Iterator[Any]: ...
    def _asdict(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Judgment:
    """What the rules in force say of a district's records at the state, as JSON holds it."""

    rules: Sequence[Any]
    rules_hash: str
    findings: Sequence[Any]
    explanations: Sequence[Any]


@dataclass(frozen=True)
class Lists:
    """The built-in Ad Hoc Data Links: `titles` by slug, and the students behind each figure."""

    titles: Mapping[str, str]
    columns: tuple[str, ...]
    """Of the file."""
    heads: tuple[str, ...]
    """Of the page, after student and State ID; one that ends in `#` stands over numbers."""
    students: Callable[[Iterable[Any], str], list[Any]]


@dataclass(frozen=True)
class StudentPages:
    """Where a student of the collection has a page, for persons of a `capability`: its `address` by
    name, and the `keys` that stand in it, by State ID.
    """

    address: str
    capability: Capability
    keys: Callable[[Scope, Sequence[str]], dict[str, int]]


@dataclass(frozen=True)
class Collection:
    slug: str
    short: str
    """Its name where a line holds little."""
    receipt_code: str
    """Its letters in the number of a receipt."""
    event_name: str
    """Of a new event, before its school year."""
    statements: tuple[str, ...]
    """Of certifiers, unless OPI words them otherwise."""

    form: int
    """The canonical form in which it is signed (docs/adr/0007)."""
    forms: tuple[int, ...]
    """That form and the earlier ones of the same kind of rows: seals in them are counted and
    compared with one another.
    """
    sealed: type[SealedRow]
    """Where its records are sealed, by the fields of a row."""
    row: Callable[..., Row]
    columns: tuple[str, ...]
    """The fields of a row, in the order of its canonical line."""
    key: tuple[str, ...]
    """By what a record is known."""
    of_student: tuple[str, ...]
    of_record: tuple[str, ...]
    """Whose a field is, where what has changed is told."""
    moves_on: tuple[str, ...]
    """Fields that are others every year: between two years they are no change."""
    writing: tuple[str, ...]
    """Fields that say who wrote the record and when: one that was put back as it was is the same.
    """
    part: Callable[[Any], str]
    """What of its student a record is about: the pathway."""
    in_short: Callable[[Any], str]
    """A whole record in a few words."""

    rows: Callable[[Scope], Iterator[Row]]
    """The records of a scope, in no order; its edition says where."""
    digest: Callable[[Scope], str]
    """SHA-256 over their sorted canonical lines."""
    has_records: Callable[[Scope], bool]
    changed_since: Callable[[Scope, datetime.datetime], bool]
    """Whether anything that is signed was written in the district since a moment."""
    judged: Callable[[Scope], Judgment]
    """Of the rows of a scope at the state."""
    counts: Callable[[Iterable[Any]], dict[str, Any]]
    """The figures of rows, as they are signed."""

    writers: tuple[str, ...]
    """Kinds of batches that change what would be signed."""
    gates: tuple[str, ...]
    """Slugs of `certification.signing.gates.GATES`."""
    report: Callable[[Scope, dict[Any, Any]], Run | None] | None
    """The run of the report that must have been run at the state, while it holds, with what a page
    knows already; None where no gate asks for one.
    """
    groups: tuple[Group, ...]
    """The Validation Groups from which OPI chooses for an event."""

    measures: Mapping[str, str]
    """The figures that the pages show, by their names in the counts; the first is all students."""
    groupings: Mapping[str, str]
    lists: Lists
    pages: StudentPages
    extract: Callable[[IO[bytes], SealedCopy, str], int]
    """Writes the sealed records as a file of a format; returns their number."""
    extract_name: str
    data: str
    """What is locked and opened again, in a sentence."""
    records: str
    """What its records are called beside the number of students; empty where each student has one.
    """
    grouped_by: tuple[str, ...]
    """What its figures are grouped by, in words: pathways first."""
    counting: str
    """A sentence on how its figures count."""
    has_findings: bool
    """Whether rules find errors and warnings in it, which are explained and counted."""

    @property
    def all_groups(self) -> str:
        """CTE pathway, school, grade, and gender."""
        *names, last = self.grouped_by
        return f"{', '.join(names)}, and {last}"

    @property
    def other_groups(self) -> str:
        """School, grade, gender."""
        return ", ".join(self.grouped_by[1:]).capitalize()

    @cached_property
    def labels(self) -> dict[str, str]:
        """The fields of a row in words."""
        words = {
            field.name: str(field.verbose_name)
            for field in self.sealed._meta.local_fields
            if field.name in self.columns
        }
        return {
            **{
                name: word if word[0].isupper() else word.capitalize()
                for name, word in words.items()
            },
            "school_name": "School",
            "modified_end_year": "Modified in the school year that ends",
        }

    @cached_property
    def _choices(self) -> dict[str, dict[Any, str]]:
        return {
            field.name: dict(field.flatchoices)
            for field in self.sealed._meta.local_fields
            if field.choices
        }

    def words(self, name: str, value: Any) -> str:
        """A field's value as a person reads it: *Phone call*, not `phone`."""
        return self._choices.get(name, {}).get(value) or text(value)

    @property
    def _sealed_rows(self) -> Any:
        return self.sealed._default_manager

    def key_of(self, row: Row) -> tuple[str, ...]:
        return tuple(getattr(row, name) for name in self.key)

    def keep(self, copy: SealedCopy, rows: Iterable[Any]) -> None:
        """Write the rows of a new sealed copy."""
        self._sealed_rows.bulk_create((self.sealed.of(copy, row) for row in rows), 500)

    def rows_of(self, copy: SealedCopy) -> list[Row]:
        """The records as they were sealed, in no order."""
        values = self._sealed_rows.filter(copy=copy).values_list(*self.columns)
        return [self.row(*row) for row in values.iterator(chunk_size=5000)]

    def number_in(self, copy: SealedCopy) -> int:
        """How many records were sealed."""
        return self._sealed_rows.filter(copy=copy).count()

    def touched(self, copy: SealedCopy) -> list[int]:
        """Keys of the records that were changed, or put in, since the copy was sealed; what was
        taken out is missing in the counts.
        """
        records = (
            self._sealed_rows.filter(copy=copy)
            .order_by("pk")
            .values_list("pk", "fingerprint", *self.columns)
        )
        return [
            pk
            for pk, sealed, *row in records.iterator(chunk_size=5000)
            if fingerprint(row) != sealed
        ]
