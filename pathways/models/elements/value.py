"""What a district entered for one of its elements in a record, in a typed column, and its history."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home
from cte_portal.words import text
from pathways.models.elements.element import Element, number_field
from pathways.models.pathway import Pathway
from pathways.models.roster_change import RowChange
from pathways.models.student import Student

FAR = 10**8
_EMPTY = {"text": "", "number": None, "date": None, "yes": None}


def _only(column: str) -> Q:
    return Q(**{name: empty for name, empty in _EMPTY.items() if name != column})


class Typed(models.Model):
    """One value in the column of its kind; the others are empty. A choice is kept as its text."""

    text = models.CharField(max_length=200, blank=True)
    number = number_field("Number")
    date = models.DateField(null=True, blank=True)
    yes = models.BooleanField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def content(self) -> str | Decimal | datetime.date | bool | None:
        """The value, None where the row is empty."""
        if self.number is not None:
            return self.number
        if self.date is not None:
            return self.date
        return self.yes if self.yes is not None else self.text or None

    @property
    def words(self) -> str:
        """The value as the screen shows it."""
        if self.number is not None:
            return f"{self.number.normalize():f}"
        return text(self.content, "")


class ElementValue(Typed):
    """Belongs to the student's record in the pathway, and waits while that record is deleted. A
    value that was taken away stays as an empty row, so that its versions go on.
    """

    lives_in = Home.DISTRICT

    element = models.ForeignKey(Element, on_delete=models.PROTECT, related_name="values")
    student = models.ForeignKey(
        Student, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    pathway = models.ForeignKey(
        Pathway, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "pathway", "element"],
                name="pathways_element_has_one_value_a_record",
                violation_error_message="This element already has a value in this record.",
            ),
            models.CheckConstraint(
                condition=_only("text") | _only("number") | _only("date") | _only("yes"),
                name="pathways_element_value_has_one_kind",
            ),
            # The bounds also keep out NaN, which PostgreSQL sorts above every number.
            models.CheckConstraint(
                condition=Q(number=None) | Q(number__gte=-FAR, number__lte=FAR),
                name="pathways_element_number_is_in_reach",
                violation_error_message="Enter a number between -100,000,000 and 100,000,000.",
            ),
        ]

    def __str__(self) -> str:
        return f"value {self.pk} of element {self.element_id}"


class ElementValueChange(Typed, RowChange):
    element_id = models.BigIntegerField()
    student_id = models.BigIntegerField()
    pathway_id = models.BigIntegerField()
    end_year = models.PositiveSmallIntegerField(null=True)
    """The school year in which it was entered, where alone it is taken back. Lines from before
    years were kept have none.
    """

    class Meta(RowChange.Meta):
        abstract = False
        indexes = [
            *RowChange.Meta.indexes,
            models.Index(fields=["student_id", "pathway_id"], name="pathways_element_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} version {self.version} of element {self.element_id}"
