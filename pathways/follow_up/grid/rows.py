"""The rows of the grid as its page shows them: a line of the call list, and over what the page
proposes what was typed and not yet saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cte_portal.words import text
from pathways.follow_up.grid.saving import NotAdded
from pathways.follow_up.grid.typed import HEADS, NO_ANSWER, TypedAttempt
from pathways.follow_up.workbench.called_lines import CalledLine
from pathways.models import Attempt
from pathways.roster.grid.rows import GridCell

KINDS = {"result": "choice", "means": "choice", "date": "date", "note": "text"}


@dataclass(frozen=True)
class Proposed:
    """What a row begins with, and what can be chosen in it: the statuses by name."""

    day: str
    statuses: tuple[str, ...]

    @cached_property
    def cells(self) -> Mapping[str, str]:
        means = Attempt.Means.PHONE.label
        return {"result": "", "means": str(means), "date": self.day, "note": ""}

    @cached_property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        return {
            "result": (NO_ANSWER, *self.statuses),
            "means": tuple(str(label) for label in Attempt.Means.labels),
        }


@dataclass(frozen=True)
class AttemptRow:
    """A line to enter an attempt for. `attempt` stands where it was not saved as it was typed."""

    called: CalledLine
    proposed: Proposed
    attempt: TypedAttempt | None = None
    unsaved: NotAdded = field(default_factory=NotAdded)

    @property
    def name(self) -> str:
        return str(self.called.line.pk)

    @property
    def about(self) -> str:
        return str(self.called.line.student.name)

    @property
    def first(self) -> str:
        """The name of its first cell."""
        return f"{self.name}-result"

    @property
    def seen(self) -> int:
        """Number of the last attempt that the page shows, other people's among them; 0 for none."""
        return max((attempt.pk for attempt in self.called.attempts), default=0)

    @property
    def details(self) -> str:
        """What is known of the line so far."""
        number = len(self.called.attempts)
        tried = "Not tried yet"
        if last := self.called.last:
            tried = f"{number} attempt{'' if number == 1 else 's'}, last {text(last.date)}"
        return f"{self.called.line.school.name} · {tried}"

    @cached_property
    def cells(self) -> list[GridCell]:
        texts = self.attempt.cells if self.attempt else self.proposed.cells
        return [
            GridCell(
                kind=KINDS[name],
                column=name,
                name=f"{self.name}-{name}",
                label=f"{head}, {self.about}",
                head=head,
                text=texts[name],
                problem=self.unsaved.problems.get(name, ""),
                choices=self.proposed.choices.get(name, ()),
            )
            for name, head in HEADS.items()
        ]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(name of the cell, sentence) of what keeps the row from being saved; the cell is empty
        for the row as a whole.
        """
        own = [
            (f"{self.name}-{name}", f"{words}.") for name, words in self.unsaved.problems.items()
        ]
        return [*own, ("", self.unsaved.reason)] if self.unsaved.reason else own


def rows_of(
    lines: Iterable[CalledLine],
    proposed: Proposed,
    typed: Sequence[TypedAttempt] = (),
    unsaved: Mapping[int, NotAdded] | None = None,
) -> list[AttemptRow]:
    kept = {row.entry: row for row in typed}
    return [
        AttemptRow(
            called,
            proposed,
            kept.get(called.line.pk),
            (unsaved or {}).get(called.line.pk, NotAdded()),
        )
        for called in lines
    ]
