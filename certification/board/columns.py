"""The columns of OPI's status board, and its order by one of them."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from operator import itemgetter

from certification.board.line import Line, Stand
from pathways.resync.unsent import ALL

COLUMNS = {
    "number": "No.",
    "name": "District",
    "status": "Status",
    "signed": "Signed",
    "errors": "Errors",
    "warnings": "Warnings",
    "unsent": "Not sent",
    "records": "Records",
    "validated": "Age",
    "resync": "Last resync",
    "activity": "Last change",
    "due": "Due",
}
COLUMNS_OF_LEAVERS = {
    **{name: COLUMNS[name] for name in ("number", "name", "status", "signed")},
    "leavers": "Leavers",
    "tried": "Worked on",
    "answered": "Answered",
    "placed": "Placed",
    "unsent": "Not sent",
    "resync": COLUMNS["resync"],
    "activity": "Last attempt",
    "due": COLUMNS["due"],
}
"""Of the board of an event about leavers."""
NUMBERS = ("errors", "warnings", "unsent", "records", "leavers", "tried", "answered", "placed")


def sorted_by(lines: Iterable[Line], column: str) -> list[Line]:
    """By a column of `COLUMNS`, with `-` from the top; what is not known comes last either way."""
    name, down = column.removeprefix("-"), column.startswith("-")
    keys = {
        "number": lambda line: line.number,
        "name": lambda line: line.name.casefold(),
        "status": lambda line: list(Stand).index(line.stand),
        "signed": lambda line: (
            line.district_event.is_certified,
            line.district_event.signed,
            -line.district_event.primaries,
        ),
        "errors": lambda line: line.errors,
        "warnings": lambda line: line.warnings,
        "unsent": lambda line: inf if line.not_sent_words == ALL else line.not_sent,
        "leavers": lambda line: line.follow_up and line.follow_up.rates.of,
        "tried": lambda line: line.follow_up and line.follow_up.rates.worked_on,
        "answered": lambda line: line.follow_up and line.follow_up.rates.answered,
        "placed": lambda line: line.follow_up and line.follow_up.rates.placed,
        "records": lambda line: line.validated.records if line.validated else None,
        "validated": lambda line: line.validated_at,
        "resync": lambda line: line.last_resync,
        "activity": lambda line: line.last_activity,
        "due": lambda line: line.due,
    }
    key = keys.get(name, keys["number"])
    keyed = [(key(line), line) for line in lines]
    known = [pair for pair in keyed if pair[0] is not None]
    known.sort(key=itemgetter(0), reverse=down)
    return [line for _, line in known] + [line for value, line in keyed if value is None]
