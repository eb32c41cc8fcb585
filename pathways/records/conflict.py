"""Two people saved one record: what it was, what they made of it, what you typed, and which of the
two shall stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from cte_portal.pages.typed import number
from cte_portal.words import text
from pathways.elements.entry_form import PREFIX
from pathways.ledger.shape import LABELS, TYPED, Row
from pathways.models import Change, Participation

THEIRS, YOURS = "theirs", "yours"


@dataclass(frozen=True)
class ConflictField:
    """One field that differs. `choice` is empty where both changed it and the person has not chosen
    yet.
    """

    name: str
    label: str
    before: str
    theirs: str
    yours: str
    choice: str


@dataclass(frozen=True)
class Conflict:
    """`fields` are those that differ between theirs and yours; `typed` is everything that was
    typed.
    """

    record: Participation
    fields: tuple[ConflictField, ...]
    typed: Mapping[str, str]
    seen: int
    apply_to_all: bool = False
    was_asked: bool = False

    @classmethod
    def between(
        cls, row: Row, record: Participation, history: Mapping[int, Change], *, apply_to_all: bool
    ) -> Conflict:
        """From what was typed on version `row.version`, and the record as it stands now."""
        typed = {name: text(getattr(row, name), "") for name in TYPED}
        return cls._made(
            typed, {}, record, history, row.version or 0, apply_to_all, was_asked=False
        )

    @classmethod
    def answered(
        cls, data: QueryDict, record: Participation, history: Mapping[int, Change]
    ) -> Conflict:
        """From the conflict page's own form."""
        typed = {name: data.get(name, "")[:500] for name in TYPED}
        choices = {name: data.get(f"choice_{name}", "") for name in TYPED}
        version = number(data.get("seen", "")) or 0
        return cls._made(
            typed, choices, record, history, version, bool(data.get("apply_to_all")), was_asked=True
        )

    @classmethod
    def _made(
        cls,
        typed: Mapping[str, str],
        choices: Mapping[str, str],
        record: Participation,
        history: Mapping[int, Change],
        seen: int,
        apply_to_all: bool,
        was_asked: bool,
    ) -> Conflict:
        before = history.get(seen)
        fields = []
        for name in TYPED:
            theirs, yours = text(getattr(record, name), ""), typed[name]
            if theirs == yours:
                continue
            was = text(getattr(before, name), "") if before else ""
            only_theirs, only_yours = bool(before) and was == yours, bool(before) and was == theirs
            choice = choices.get(name) or (THEIRS if only_theirs else YOURS if only_yours else "")
            fields.append(
                ConflictField(
                    name,
                    LABELS[name],
                    was,
                    theirs,
                    yours,
                    choice if choice in (THEIRS, YOURS) else "",
                )
            )
        return cls(record, tuple(fields), typed, seen, apply_to_all, was_asked)

    @property
    def unanswered(self) -> tuple[ConflictField, ...]:
        return tuple(field for field in self.fields if not field.choice)

    def chosen(self, sent: QueryDict) -> QueryDict:
        """The record's form as it would have been typed on the present version, with the choices
        made and the button that was pressed.
        """
        data = self.yours_again()
        data.update({name: sent.get(name, "") for name in ("then", "next")})
        data.update({name: sent.get(name, "") for name in sent if name.startswith(PREFIX)})
        for field in self.fields:
            data[field.name] = field.theirs if field.choice == THEIRS else field.yours
        return data

    def yours_again(self) -> QueryDict:
        """What was typed, on the present version."""
        data = QueryDict(mutable=True)
        data.update({**self.typed, "version": str(self.record.version)})
        if self.apply_to_all:
            data["apply_to_all"] = "on"
        return data
