"""The offer to take back what a person has just done on the CTE Concentrator screen: shown on the
next page, once.

It is kept in the session, as its words name a student; the banner's form
(templates/pathways/records/undo_banner.html) carries only row ids and versions, and posts them to
`cte-record-restore`, so that it works without script and is refused when somebody saved in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

KEY = "pathways.undo"


@dataclass(frozen=True)
class Step:
    """One record to bring back: to the version it had (0: there was no record), from the version it
    has now (0: it is deleted).
    """

    pathway: int
    version: int
    seen: int

    def __str__(self) -> str:
        return f"{self.pathway}:{self.version}:{self.seen}"


@dataclass(frozen=True)
class Undo:
    """What was done – `title` in bold, then `words` – and the records, all of one student, that
    taking it back touches.

    `attention` stands for what could not be done.
    """

    student: int
    title: str
    words: str
    steps: tuple[Step, ...]
    attention: bool = False
    pathway: int | None = None
    elements: str = ""
    """The record and the id of the act whose District Defined Elements go back as well."""

    @property
    def first(self) -> Step:
        """The record that the form is posted to; the rest go along as `also`."""
        return self.steps[0]

    @property
    def more_steps(self) -> tuple[Step, ...]:
        return self.steps[1:]


def offer(
    request: HttpRequest,
    *,
    student: int,
    steps: Sequence[Step],
    words: str,
    title: str = "Saved.",
    attention: bool = False,
    elements: tuple[int, UUID] | None = None,
) -> None:
    """Put the offer before the person on the next record page, in place of any earlier one. Without
    steps only the words are shown.
    """
    request.session[KEY] = {
        "student": student,
        "title": title,
        "words": words,
        "steps": [[step.pathway, step.version, step.seen] for step in steps],
        "attention": attention,
        "elements": [elements[0], str(elements[1])] if elements else [None, ""],
    }


def offered(request: HttpRequest) -> Undo | None:
    """The offer of the action before this page, if there was one; it is not shown again."""
    kept = request.session.pop(KEY, None)  # the session is written only when there was something
    if not kept:
        return None
    return Undo(
        kept["student"],
        kept["title"],
        kept["words"],
        tuple(Step(*step) for step in kept["steps"]),
        kept["attention"],
        *kept.get("elements", [None, ""]),
    )
