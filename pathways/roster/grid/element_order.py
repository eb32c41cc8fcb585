"""The rows of the grid narrowed and sorted by a District Defined Element whose column is shown
(R-DDE-06). The address names elements and choices by their keys, never what was entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict

from pathways.models import Element, ElementValue
from pathways.pages.element_parts import ANSWERS, BLANK, ENTERED, parts_of
from pathways.roster.grid.elements import ElementColumns
from pathways.roster.worklist.line import Pair


@dataclass(frozen=True)
class ElementOrder:
    """`sort` is the key of an element, with a hyphen for last first; `only` its key and what
    remains: `club:blank`, `club:entered`, `club:7` for the seventh choice. What names no column
    that is shown is passed over.
    """

    columns: ElementColumns
    sort: str = ""
    only: str = ""

    @classmethod
    def of(cls, columns: ElementColumns, query: QueryDict) -> ElementOrder:
        whole = cls(columns)
        sort, only = query.get("sort", ""), query.get("only", "")
        return cls(
            columns,
            sort if sort in dict(whole.sorts) else "",
            only if only in dict(whole.filters) else "",
        )

    @cached_property
    def sorts(self) -> list[tuple[str, str]]:
        """What may be chosen, and its words."""
        return [
            (f"{turn}{element.key}", f"{element.name}{words}")
            for element in self.columns.shown
            for turn, words in (("", ""), ("-", ", last first"))
        ]

    @cached_property
    def filters(self) -> list[tuple[str, str]]:
        return [
            (f"{element.key}:{part}", f"{element.name}: {words}")
            for element in self.columns.shown
            for part, words in parts_of(
                element.kind, [(choice.pk, choice.name) for choice in element.choices.all()]
            )
        ]

    @property
    def query(self) -> str:
        return "".join(
            f"&{name}={value}"
            for name, value in (("sort", self.sort), ("only", self.only))
            if value
        )

    def arranged(self, pairs: Sequence[Pair]) -> list[Pair]:
        """The pairs that are left, those without a value last; equal ones stay in their order."""
        rows = list(pairs)
        if self.only:
            key, _, part = self.only.rpartition(":")
            contents = self._contents(key)
            rows = [pair for pair in rows if self._is_meant(key, part, contents.get(pair))]
        if self.sort:
            contents = self._contents(self.sort.removeprefix("-"))
            entered = [pair for pair in rows if contents.get(pair) is not None]
            entered.sort(key=lambda pair: _place(contents[pair]), reverse=self.sort.startswith("-"))
            rows = [*entered, *(pair for pair in rows if contents.get(pair) is None)]
        return rows

    def _element(self, key: str) -> Element:
        return next(element for element in self.columns.shown if element.key == key)

    def _contents(self, key: str) -> dict[Pair, Any]:
        values = ElementValue.objects.filter(element=self._element(key))
        return {(value.student_id, value.pathway_id): value.content for value in values}

    def _is_meant(self, key: str, part: str, content: Any) -> bool:
        if part in (BLANK, ENTERED):
            return (content is None) == (part == BLANK)
        if part in ANSWERS:
            return content is ANSWERS[part]
        choices = {str(choice.pk): choice.name for choice in self._element(key).choices.all()}
        return bool(content == choices[part])


def _place(content: Any) -> Any:
    return content.casefold() if isinstance(content, str) else content
