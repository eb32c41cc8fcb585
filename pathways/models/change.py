"""One line of a record's history. Append-only: triggers refuse anything else."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db import connections, models
from django.db.models import OuterRef, Q, Subquery

from cte_portal.editions import Home
from cte_portal.pages.days import in_days
from cte_portal.prepared import keep_plans
from pathways.models.author import Authored
from pathways.models.participation import credits_field
from pathways.models.pathway import Pathway

PAIRS = {
    "postgresql": (
        "SELECT pair->>0 AS district, (pair->>1)::bigint AS id"
        " FROM jsonb_array_elements(%s::jsonb) AS pairs(pair)"
    ),
    "sqlite": (
        "SELECT json_extract(value, '$[0]') AS district, json_extract(value, '$[1]') AS id"
        " FROM json_each(%s)"
    ),
}
"""A table of districts and keys that a statement is given as one value: [["9012", 1204], …]."""
ENDS = {
    "postgresql": "SELECT key AS district, value::bigint AS id FROM json_each_text(%s::json)",
    "sqlite": "SELECT key AS district, value AS id FROM json_each(%s)",
}
"""The same where no district comes twice: {"9012": 1204, …}. PostgreSQL takes such a one apart
sooner.
"""


def newest_of(owner: str, key: Any, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The rows of one owner, such as a district, the newest first, from the end of an index over
    both. Told `owner = key`, PostgreSQL reads the primary key backward where the owner has most of
    a table, through everybody's newer rows.
    """
    own = rows.filter(**{f"{owner}__gte": key, f"{owner}__lte": key})
    return own.order_by(f"-{owner}", "-pk")


class ChangeQuerySet(models.QuerySet["Change"]):
    def of_record(self, student_id: int, pathway_id: int) -> ChangeQuerySet:
        return self.filter(student_id=student_id, pathway_id=pathway_id)

    def of_student(self, student_id: int) -> ChangeQuerySet:
        """The history of all records of a student, newest first, with `pathway_name`."""
        name = Subquery(Pathway.objects.filter(pk=OuterRef("pathway_id")).values("name"))
        return self.filter(student_id=student_id).annotate(pathway_name=name).order_by("-pk")

    def newest_first(self) -> ChangeQuerySet:
        return self.order_by("-at", "-pk")

    def between(self, first: datetime.date | None, last: datetime.date | None) -> ChangeQuerySet:
        """Of whole days, as the portal's clock counts them, both included."""
        return self.filter(in_days(first, last))

    def by_people(self, text: str) -> ChangeQuerySet:
        """Done by somebody whose name contains each word of `text`."""
        changes = self
        for word in text.split():
            changes = changes.filter(by__icontains=word)
        return changes

    def after(self, district: str, cursor: int) -> ChangeQuerySet:
        """What the ledger has written of a district since."""
        return self.filter(district=district, pk__gt=cursor)

    def numbers_after(self, cursors: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The same as a number for each pair of a district and a cursor, in one statement.

        Were the changes joined with the pairs, PostgreSQL would read those of all districts where
        there are few.
        """
        if not cursors:
            return {}
        connection = connections[self.db]
        statement = (
            "SELECT sent.district, sent.id, (SELECT COUNT(*)"
            f" FROM {self.model._meta.db_table} own"
            " WHERE own.district = sent.district AND own.id > sent.id)"
            f" FROM ({PAIRS[connection.vendor]}) sent"
        )
        with connection.cursor() as cursor:
            keep_plans(cursor)
            cursor.execute(statement, [json.dumps(list(cursors))])
            return {(number, pk): changes for number, pk, changes in cursor.fetchall()}

    def ends_moved(self, ends: Mapping[str, int]) -> dict[str, int]:
        """The last change of each district for which that is not the one it is paired with; 0 where
        neither that one is there nor a later one.

        The sum keeps PostgreSQL from looking for the largest key among those of all districts.
        """
        connection = connections[self.db]
        statement = (
            "SELECT district, last FROM (SELECT seen.district, seen.id, COALESCE((SELECT"
            f" MAX(own.id + 0) FROM {self.model._meta.db_table} own"
            " WHERE own.district = seen.district AND own.id >= seen.id), 0) AS last"
            f" FROM ({ENDS[connection.vendor]}) seen) ends WHERE last <> id"
        )
        with connection.cursor() as cursor:
            keep_plans(cursor)
            cursor.execute(statement, [json.dumps(ends)])
            return dict(cursor.fetchall())

    def cursor(self, district: str) -> int:
        """The district's last Change: two equal cursors mean that nothing of the district was
        written in between.
        """
        return newest_of("district", district, self).values_list("pk", flat=True).first() or 0

    def cursors(self) -> dict[str, int]:
        """The last Change of each district that has one."""
        return dict(self.order_by().values_list("district").annotate(last=models.Max("pk")))


class Change(Authored, models.Model):
    """What a participation looked like after one change, in typed columns. The image before it is
    the version before it.

    Names the record by plain ids: it outlives the record, and a foreign key would cost every write
    a look-up.
    """

    lives_in = Home.DISTRICT

    class Operation(models.TextChoices):
        CREATE = "create", "Entered"
        UPDATE = "update", "Changed"
        DELETE = "delete", "Deleted"

    class Source(models.TextChoices):
        FORM = "form", "CTE Concentrator screen"
        GRID = "grid", "CTE Roster Entry screen"
        UPLOAD = "upload", "MT Data Upload"
        UNDO = "undo", "Undo"
        RESTORE = "restore", "Restored version"
        DEMO = "demo", "Practice data"

    district = models.CharField(max_length=4)
    student_id = models.BigIntegerField()
    pathway_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    operation = models.CharField(max_length=6, choices=Operation.choices)
    end_year = models.PositiveSmallIntegerField()
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField(null=True)
    """The author's account; the demo's, and what was written before accounts were kept, have
    none.
    """
    at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source.choices)
    batch = models.UUIDField(null=True)

    concentrator = models.BooleanField()
    single_parent = models.BooleanField()
    start_date = models.DateField()
    in_district_credits = credits_field("In District Credits Earned")
    out_of_district_credits = credits_field("Out of District Credits Earned")
    dual_enrollment_credits = credits_field("Dual Enrollment Credits")
    work_based_learning_credits = credits_field("Work Based Learning Credits")
    modified_date = models.DateField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student_id", "pathway_id", "version"],
                name="pathways_one_change_per_record_and_version",
            ),
            models.CheckConstraint(
                condition=Q(operation__in=["create", "update", "delete"]),
                name="pathways_change_operation_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "id"], name="pathways_change_by_district"),
            models.Index(fields=["batch", "id"], name="pathways_change_by_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} version {self.version}"

    @property
    def total_credits(self) -> Decimal:
        return self.in_district_credits + self.out_of_district_credits
