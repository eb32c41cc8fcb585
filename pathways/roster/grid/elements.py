"""District Defined Elements as columns of the grid (R-DDE-06): which a person has chosen, what
stands in their cells, and what was typed into them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import QueryDict

from cte_portal.editions import Scope
from pathways.elements.entry_form import PREFIX, choices_of, read
from pathways.elements.values import ElementEdit, columns_of
from pathways.files import values
from pathways.models import Element, ElementValue, ElementValueChange
from pathways.roster.grid.typed import TypedElement, TypedRow
from pathways.roster.worklist.line import Pair

Cell = tuple[Pair, int]
"""A student and a pathway, and the key of an element."""
RETIRED = "An element was retired after you opened the page. What you typed for it was not saved."


def column_of(element: int) -> str:
    return f"{PREFIX}{element}"


@dataclass(frozen=True)
class ElementColumns:
    """The elements in use, and by their keys those whose columns are shown."""

    elements: Sequence[Element]
    keys: frozenset[str]

    @classmethod
    def of(cls, scope: Scope, query: QueryDict) -> ElementColumns:
        elements = Element.objects.of_district(scope).in_use()
        keys = frozenset(query.getlist("element"))
        return cls(list(elements.prefetch_related("choices") if keys else elements), keys)

    @cached_property
    def shown(self) -> list[Element]:
        return [element for element in self.elements if element.key in self.keys]

    @cached_property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Key, name, and whether the column is shown."""
        return [(element.key, element.name, element.key in self.keys) for element in self.elements]

    @property
    def query(self) -> str:
        """For the addresses of other rows with these columns; empty without any."""
        return "".join(f"&{urlencode({'element': element.key})}" for element in self.shown)

    def values(self, pairs: Iterable[Pair]) -> dict[Cell, ElementValue]:
        return _standing(self.shown, {student for student, _ in pairs})


@dataclass(frozen=True)
class TypedElements:
    """What was typed into the rows of a save and the page did not show: `edits` can be written,
    `problems` say by column what is wrong; in the rows of `retired` something was typed for an
    element that is none any more.
    """

    edits: dict[Pair, list[ElementEdit]] = field(default_factory=dict)
    problems: dict[Pair, dict[str, str]] = field(default_factory=dict)
    retired: set[Pair] = field(default_factory=set)

    def has(self, pair: Pair) -> bool:
        return pair in self.edits or pair in self.problems or pair in self.retired


def typed_elements(scope: Scope, rows: Sequence[TypedRow]) -> TypedElements:
    """As many statements for any number of rows; none where no column of an element was sent."""
    judged = TypedElements()
    typed = [(row.pair, key, cell) for row in rows for key, cell in row.elements.items()]
    if not typed:
        return judged
    own = Element.objects.of_district(scope).filter(pk__in={key for _, key, _ in typed})
    elements = own.prefetch_related("choices").in_bulk()
    stored = _standing(elements.values(), {pair[0] for pair, _, _ in typed})
    images = _images(typed, stored)
    for pair, key, cell in typed:
        value = stored.get((pair, key))
        words = value.words if value else ""
        text = values.tidy(cell.text)
        if text in (words, images.get((pair, key), words)):
            continue
        element = elements.get(key)
        if element is None or element.is_retired:
            judged.retired.add(pair)
        elif problem := _judge(judged, pair, element, text, cell.seen, value):
            judged.problems.setdefault(pair, {})[column_of(key)] = problem
    return judged


def _judge(
    judged: TypedElements,
    pair: Pair,
    element: Element,
    text: str,
    seen: int,
    value: ElementValue | None,
) -> str:
    """Keep the edit, or say why there is none; empty where the value is so already."""
    words = value.words if value else ""
    if seen != (value.version if value else 0):
        return (
            f"Someone else saved {words or 'nothing'} for {element.name} in the meantime. Save"
            " again to keep what you typed"
        )
    try:
        content = read(element, choices_of(element, words), text)
    except ValidationError as problem:
        return "; ".join(problem.messages)
    image = value.content if value else None
    if columns_of(element.kind, content) != columns_of(element.kind, image):
        judged.edits.setdefault(pair, []).append(ElementEdit(element, content, seen))
    return ""


def _standing(elements: Iterable[Element], students: set[int]) -> dict[Cell, ElementValue]:
    keys = [element.pk for element in elements]
    if not keys:
        return {}
    rows = ElementValue.objects.filter(student__in=students, element__in=keys)
    return {((row.student_id, row.pathway_id), row.element_id): row for row in rows}


def _images(
    typed: Iterable[tuple[Pair, int, TypedElement]], stored: Mapping[Cell, ElementValue]
) -> dict[Cell, str]:
    """What the page showed where somebody has saved since."""
    older = {
        (stored[pair, key].pk, cell.seen): (pair, key)
        for pair, key, cell in typed
        if (pair, key) in stored and stored[pair, key].version != cell.seen
    }
    if not older:
        return {}
    changes = ElementValueChange.objects.filter(
        row__in={row for row, _ in older}, version__in={version for _, version in older}
    )
    words = {(change.row, change.version): change.words for change in changes}
    return {cell: words.get(version, "") for version, cell in older.items()}
