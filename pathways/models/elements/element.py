"""A District Defined Element: a question that one district asks of each of its records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain, count
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from cte_portal.editions import Home, Scope

MOST_ELEMENTS = 20
TITLE = "District Defined Elements"


class ElementQuerySet(models.QuerySet["Element"]):
    def of_district(self, scope: Scope) -> ElementQuerySet:
        """In the order of the screen."""
        return self.filter(district=scope.district).order_by("is_retired", "position", "pk")

    def in_use(self) -> ElementQuerySet:
        return self.filter(is_retired=False)


def number_field(name: str) -> models.DecimalField:
    return models.DecimalField(name, max_digits=13, decimal_places=4, null=True, blank=True)


def key_of(name: str, used: Iterable[str]) -> str:
    """The key of a new element: its name in small letters, digits and underscores, with a number
    where another has that key.
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:50] or "element"
    known = set(used)
    keys = chain([stem], (f"{stem}_{number}" for number in count(2)))
    return next(key for key in keys if key not in known)


class Element(models.Model):
    lives_in = Home.DISTRICT

    class Kind(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        DATE = "date", "Date"
        YES_NO = "yes_no", "Yes or No"
        CHOICE = "choice", "Choice list"

    district = models.CharField(max_length=4)
    name = models.CharField("Name", max_length=60)
    key = models.CharField("Key", max_length=60, default="", db_default="", editable=False)
    """What files call it. Made from the first name, and kept whatever the name becomes."""
    help = models.CharField("Help", max_length=200, blank=True)
    kind = models.CharField("Kind", max_length=6, choices=Kind.choices)
    lowest = number_field("Lowest number")
    highest = number_field("Highest number")
    position = models.PositiveSmallIntegerField("Order")
    is_retired = models.BooleanField("Retired", default=False)
    version = models.PositiveIntegerField(default=1)

    objects = ElementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("district"),
                Lower("name"),
                name="pathways_element_name_is_its_districts_only_one",
                violation_error_message="This district already has an element with this name.",
            ),
            models.UniqueConstraint(
                fields=["district", "key"],
                condition=~Q(key=""),
                name="pathways_element_key_is_its_districts_only_one",
                violation_error_message="This district already has an element with this key.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="pathways_element_has_a_name",
                violation_error_message="Enter a name.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["text", "number", "date", "yes_no", "choice"]),
                name="pathways_element_kind_is_known",
                violation_error_message="Select a kind.",
            ),
            models.CheckConstraint(
                condition=Q(kind="number") | Q(lowest=None, highest=None),
                name="pathways_only_numbers_have_bounds",
                violation_error_message="Only a number can have a lowest and a highest number.",
            ),
            models.CheckConstraint(
                condition=Q(lowest=None) | Q(highest=None) | Q(lowest__lte=F("highest")),
                name="pathways_element_bounds_are_in_order",
                violation_error_message="The lowest number must not be above the highest.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *arguments: Any, **options: Any) -> None:
        if not self.key:
            own = Element.objects.filter(district=self.district)
            self.key = key_of(self.name, own.values_list("key", flat=True))
        super().save(*arguments, **options)


class ElementChoice(models.Model):
    """One entry of a choice list. What is no longer offered is retired, and stays readable."""

    lives_in = Home.DISTRICT

    element = models.ForeignKey(Element, on_delete=models.PROTECT, related_name="choices")
    name = models.CharField("Choice", max_length=60)
    position = models.PositiveSmallIntegerField()
    is_retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                F("element"),
                Lower("name"),
                name="pathways_choice_is_listed_once",
                violation_error_message="This choice is already in the list.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="pathways_choice_has_a_name",
                violation_error_message="Enter a choice.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
