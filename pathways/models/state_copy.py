"""What stands at the state of a district: written with the rows it speaks of, in one transaction
(ADR 0001).
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Cast

from cte_portal.editions import Edition, Home
from cte_portal.prepared import filled_up, moment_of, prepared


@dataclass(frozen=True, eq=False)
class CopyInShort:
    """What lists of all districts read of each one's copy (`StateCopy`). While the district sends
    nothing it is the same object each time.
    """

    district: str
    generation: int
    end_year: int
    batch: UUID
    attempt: int
    cursor: int
    sent_at: datetime.datetime

    @cached_property
    def resync(self) -> tuple[int, int, str, int]:
        return self.end_year, self.generation, str(self.batch), self.attempt


class StateCopyQuerySet(models.QuerySet["StateCopy"]):
    def of_district(self, district: str) -> StateCopy | None:
        """None before the first resync."""
        copies: list[StateCopy] = _whole(district)
        return copies[0] if copies else None

    def in_short(self, district: str, known: dict[Any, Any] | None = None) -> StateCopy | None:
        """The same for every page's head: without the list of what was left out, which may be
        long. Read once for each page that gives what it knows.
        """
        known = {} if known is None else known
        if (StateCopy, district) not in known:
            copies: list[StateCopy] = _in_short(district)
            known[StateCopy, district] = copies[0] if copies else None
        copy: StateCopy | None = known[StateCopy, district]
        return copy

    def of_all_in_short(self) -> list[CopyInShort]:
        """Of every district that has sent something."""
        return [_copy_in_short(*row) for row in _all_in_short()]

    def objects_sent(
        self, districts: Collection[str]
    ) -> list[tuple[CopyInShort, Mapping[str, Any]]]:
        """Of the named districts, with what each type says of its last sending."""
        rows = _sent_of(filled_up(tuple(districts))) if districts else []
        return [(_copy_in_short(*row), json.loads(text)) for *row, text in rows]

    def at_state(self) -> StateCopyQuerySet:
        return self.using(Edition.STATE.value)


class StateCopy(models.Model):
    """One row a district. `cursor` is the district's last Change that is at the state; *unsent* and
    *last resync* are read from here.

    `objects_sent` gives for each type of object, by its name, when it was last sent, with what
    result, and how far the type's ledger had come then: {"Student": {"last": ISO time, "processed":
    640, "errors": 0, "end_year": 2025, "cursor": 1280}}. `refused` lists what was
    left out: {"Section": [[key, reason], …]}.
    """

    lives_in = Home.STATE

    district = models.CharField(max_length=4, primary_key=True)
    generation = models.PositiveIntegerField()
    """Counts the resyncs of the district that changed a row or its figures."""
    end_year = models.PositiveSmallIntegerField()
    batch = models.UUIDField()
    attempt = models.PositiveSmallIntegerField()
    cursor = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    """Over the district's records in scope; the same function says it of the District edition."""
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=310)
    complete_at = models.DateTimeField(null=True)
    """The last resync of all types without errors."""
    objects_sent: models.JSONField[Any, Any] = models.JSONField(default=dict)
    refused: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects = StateCopyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.district} generation {self.generation}"

    @property
    def resync(self) -> tuple[int, int, str, int]:
        """The one that has moved the state last."""
        return self.end_year, self.generation, str(self.batch), self.attempt


AnyCopy = StateCopy | CopyInShort


def _text(field: str) -> Cast:
    return Cast(field, models.TextField())


@prepared
def _all_in_short() -> models.QuerySet[StateCopy, Any]:
    numbers, texts = ("generation", "end_year", "attempt", "cursor"), ("batch", "sent_at")
    return StateCopy.objects.at_state().values_list("district", *numbers, *map(_text, texts))


@prepared
def _sent_of(districts: tuple[str, ...]) -> models.QuerySet[StateCopy, Any]:
    numbers, texts = ("generation", "end_year", "attempt", "cursor"), ("batch", "sent_at")
    rows = StateCopy.objects.at_state().filter(district__in=districts)
    return rows.values_list("district", *numbers, *map(_text, (*texts, "objects_sent")))


@lru_cache(maxsize=1024)
def _copy_in_short(
    district: str,
    generation: int,
    end_year: int,
    attempt: int,
    cursor: int,
    batch: str,
    sent_at: str,
) -> CopyInShort:
    """A list of all districts reads hundreds, hardly one of which is another than the last time."""
    return CopyInShort(
        district, generation, end_year, UUID(batch), attempt, cursor, moment_of(sent_at)
    )


@prepared
def _whole(district: str) -> StateCopyQuerySet:
    return StateCopy.objects.at_state().filter(pk=district)


@prepared
def _in_short(district: str) -> StateCopyQuerySet:
    return StateCopy.objects.at_state().defer("refused").filter(pk=district)


class PublicationQuerySet(models.QuerySet["Publication"]):
    def at_state(self) -> PublicationQuerySet:
        return self.using(Edition.STATE.value)

    def generation(self) -> int | None:
        """How far the lists at the state have come."""
        return next((generation for (generation,) in _published()), None)


class Publication(models.Model):
    """How far OPI's lists have come to the state: the one row is written with them."""

    lives_in = Home.STATE

    generation = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    objects = PublicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="pathways_there_is_one_publication"
            )
        ]

    def __str__(self) -> str:
        return str(self.generation)


@prepared
def _published() -> models.QuerySet[Publication, tuple[int]]:
    return Publication.objects.at_state().filter(pk=1).values_list("generation")
