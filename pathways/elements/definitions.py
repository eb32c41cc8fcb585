"""A district's own elements: added, changed, retired, and never deleted (R-DDE-01 to R-DDE-05)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef

from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.models import Element, ElementChoice, ElementValue, Participation
from pathways.models.elements.element import MOST_ELEMENTS

Operation = AuditEvent.Operation
KIND = "element"
KEPT_TYPE = (
    "Records have values for this element, so its kind stays. Retire it and add a new element."
)


@dataclass(frozen=True)
class ElementDefinition:
    """An element as it should be; `choices` in the order of the list."""

    name: str
    help: str
    kind: str
    lowest: Decimal | None
    highest: Decimal | None
    position: int
    choices: Sequence[str] = ()
    is_retired: bool = False


def words(element: Element) -> dict[str, str]:
    """The element as the audit and the page say it."""
    choices = [choice.name for choice in element.choices.all() if not choice.is_retired]
    return {
        "Name": element.name,
        "Help": element.help,
        "Kind": element.get_kind_display(),
        "Lowest number": _plain(element.lowest),
        "Highest number": _plain(element.highest),
        "Order": str(element.position),
        "Choices": ", ".join(choices),
        "Retired": "Yes" if element.is_retired else "No",
    }


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def limits(element: Element) -> str:
    """What may be entered, in a few words; empty where anything of the kind may."""
    lowest, highest = _plain(element.lowest), _plain(element.highest)
    if lowest and highest:
        return f"{lowest} to {highest}"
    if lowest or highest:
        return f"{lowest} or more" if lowest else f"{highest} or less"
    return words(element)["Choices"]


def add(scope: Scope, definition: ElementDefinition, *, by: User) -> Element:
    """The same element sent twice is one. Raises a Refusal."""
    with _deciding(scope):
        _room_for_another(scope)
        element = Element(district=scope.district)
        _fill(element, definition)
        _record(element, Operation.ADD, {}, by)
    return element


def change(scope: Scope, pk: int, definition: ElementDefinition, *, seen: int, by: User) -> bool:
    """Change an element as it was at version `seen`; False where it is so already. Raises a
    Refusal.
    """
    with _deciding(scope):
        element = Element.objects.select_for_update().get(pk=pk, district=scope.district)
        before = words(element)
        if element.is_retired and not definition.is_retired:
            _room_for_another(scope)
        if element.kind != definition.kind and element.values.exists():
            raise Refusal(KEPT_TYPE, field="kind")
        stored = element.version
        _fill(element, definition)
        if words(element) == before:
            return False
        if stored != seen:
            raise Refusal(
                "Someone else changed this element after you opened it. Nothing was saved. Open the"
                " element again."
            )
        element.version = stored + 1
        element.save(update_fields=["version"])
        _record(element, Operation.CHANGE, before, by)
    return True


def with_values(elements: Sequence[Element]) -> frozenset[int]:
    """The keys of those that have been answered in some record."""
    answered = ElementValue.objects.filter(element__in=elements)
    return frozenset(answered.order_by().values_list("element_id", flat=True).distinct())


def missing_of(scope: Scope, elements: Sequence[Element]) -> dict[int, int]:
    """In how many of the year's records each element has no value. It is wanted, never required."""
    records = Participation.objects.in_scope(scope)
    own = records.filter(student=OuterRef("student"), pathway=OuterRef("pathway"))
    answered = (
        ElementValue.objects.filter(Exists(own), element__in=elements)
        .exclude(text="", number=None, date=None, yes=None)
        .order_by()
        .values("element_id")
        .annotate(values=Count("pk"))
    )
    number = records.count() if elements else 0
    counted = dict(answered.values_list("element_id", "values"))
    return {element.pk: number - counted.get(element.pk, 0) for element in elements}


def _room_for_another(scope: Scope) -> None:
    if Element.objects.of_district(scope).in_use().count() >= MOST_ELEMENTS:
        raise Refusal(
            f"A district can have {MOST_ELEMENTS} elements in use. Retire one first. Nothing was"
            " saved."
        )


def _fill(element: Element, definition: ElementDefinition) -> None:
    is_choice = definition.kind == Element.Kind.CHOICE
    if is_choice and not definition.choices:
        raise Refusal("Enter at least one choice.", field="choices")
    for name in ("name", "help", "kind", "lowest", "highest", "position", "is_retired"):
        setattr(element, name, getattr(definition, name))
    if Element.objects.filter(district=element.district, name__iexact=element.name).exclude(
        pk=element.pk
    ):
        raise Refusal("This district already has an element with this name.", field="name")
    element.save()
    _list(element, definition.choices if is_choice else ())


def _list(element: Element, names: Sequence[str]) -> None:
    """Bring the choice list to these names. What is missing is retired, what comes back is
    offered again.
    """
    stored = {choice.name.lower(): choice for choice in element.choices.all()}
    for position, name in enumerate(names, 1):
        choice = stored.pop(name.lower(), None) or ElementChoice(element=element, name=name)
        choice.position, choice.is_retired = position, False
        choice.save()
    for choice in stored.values():
        choice.is_retired = True
        choice.save()


def _record(
    element: Element, operation: AuditEvent.Operation, before: dict[str, str], by: User
) -> None:
    deed = Deed(
        KIND,
        f"{element.district}/{element.pk}",
        element.name,
        operation,
        before,
        words(element),
        element.district,
    )
    AuditEvent.objects.record([deed], by=by)


@contextmanager
def _deciding(scope: Scope) -> Iterator[None]:
    """A district's definitions are changed by one person at a time."""
    try:
        with refusals_named(), transaction.atomic():
            lock_district(scope, exclusive=True)
            yield
    except IntegrityError as error:
        raise Refusal("Someone else saved the same element. Nothing was saved.") from error
