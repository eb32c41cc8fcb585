"""A rule: an id that is never reused, words for people, a condition for the database, and examples
that are its tests.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db.models import OuterRef, Q

from cte_portal.editions import Scope


class Severity(Enum):
    """In reports and at certification."""

    ERROR = "error"  # blocks
    WARNING = "warning"  # blocks until it is explained
    INFO = "info"


class OnEntry(Enum):
    """While a person types or uploads."""

    REFUSE = "refuse"
    WARN = "warn"


class Kind(Enum):
    FORMAT = "format"  # a value that cannot be read (pathways/files/values.py)
    ROW = "row"  # a row's own fields
    LOOKUP = "lookup"  # a row beside enrollment, approval, pathway or what is stored
    FILE = "file"  # what only a file can break (pathways/files/reader.py)
    CROSS_ROW = "cross-row"  # a student's rows among each other


class Judges(Enum):
    ALL = "staged and stored rows"
    STAGED = (  # compares what is typed with what is stored, or says what the database holds anyway
        "staged rows"
    )


@dataclass(frozen=True)
class Parameters:
    """The values that a condition may depend on besides the rows. Years differ by parameters, never
    by copies of a rule.
    """

    scope: Scope
    today: datetime.date
    everywhere: bool = False
    """Rows of all districts are judged at once, each in its own."""
    certified_year: int | None = None
    """The last end year before the scope's that the district has certified."""

    @property
    def district(self) -> Any:
        """The row's district: a number, or in all districts what the row itself says."""
        return OuterRef("student__district_id") if self.everywhere else self.scope.district


@dataclass(frozen=True)
class Example:
    """A row that differs from a lawful one in `row`, in a world that differs from an orderly one in
    `world`.

    `text` stands for a format rule's example: what was typed.
    """

    row: Mapping[str, Any] = field(default_factory=dict)
    world: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`title` is the law and `problem` the name of its breach, which stands wherever the rule is
    shown as broken.

    `message` is one sentence for the person, with `{total}`, `{pathway}`, `{school_year}` filled
    in; `remedy` says what to do.

    `field` is where the message stands, `reads` names every field the condition looks at: on a row
    where one of them is missing the rule is silent, as a missing value is for the *required* rules.
    `limits` are the numbers that the condition compares with.
    """

    id: str
    title: str
    problem: str
    message: str
    remedy: str
    kind: Kind
    severity: Severity
    on_entry: OnEntry
    source: str
    field: str
    reads: tuple[str, ...] = ()
    limits: tuple[Decimal | int, ...] = ()
    breach: Callable[[Parameters], Q] | None = None
    judges: Judges = Judges.ALL
    constraint: str = ""
    first_year: int | None = None
    last_year: int | None = None
    passing: tuple[Example, ...] = ()
    failing: tuple[Example, ...] = ()

    @property
    def judges_stored(self) -> bool:
        return self.judges is Judges.ALL and self.kind in (Kind.ROW, Kind.LOOKUP, Kind.CROSS_ROW)

    def in_force(self, end_year: int) -> bool:
        return (self.first_year is None or self.first_year <= end_year) and (
            self.last_year is None or end_year <= self.last_year
        )

    def condition(self, parameters: Parameters) -> Q:
        """The breach, held back where a field it reads is missing (a negated Q fires on NULL
        otherwise).
        """
        assert self.breach is not None
        present = Q(**{f"{name}__isnull": False for name in self.reads})
        return present & self.breach(parameters)


@dataclass(frozen=True)
class Finding:
    """One rule broken by one row. `key` is the line of a staged row or the primary key of a stored
    one.
    """

    rule: Rule
    key: int
    student_id: int | None
    pathway_id: int | None
    message: str

    @property
    def refuses(self) -> bool:
        return self.rule.on_entry is OnEntry.REFUSE
