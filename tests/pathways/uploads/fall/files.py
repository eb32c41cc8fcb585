"""Files of Fall CTE, and the whole way of one: submitted, run, looked at."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from pathways.files.layout import CTE_FALL
from pathways.follow_up.drawing import follow_up_list
from pathways.models import Attempt, FollowUpEntry, Outcome
from tests.fixtures.uploads import Uploaded
from tests.pathways.follow_up.leavers import Leavers

COLLEGE, MILITARY, WORK, NOT_REACHED = "01", "02", "04", "08"
BY: dict[str, Any] = {"by": "MARTIN, CHERYL", "by_id": 1}

FallUpload = Callable[..., Uploaded]


def days_ago(days: int = 0) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def written(day: datetime.date) -> str:
    return f"{day:%m/%d/%Y}"


def row(**cells: str) -> str:
    """A lawful row of a leaver who goes to college, with these cells instead."""
    lawful = {
        "record_type": "CT",
        "district": "9012",
        "school": "0001",
        "calendar": "001",
        "student": "999000123",
        "local_id": "",
        "last_name": "",
        "first_name": "",
        "concentrator": "Y",
        "status": COLLEGE,
        "date_contacted": written(days_ago(1)),
        "end_year": "2024",
    }
    assert not set(cells) - set(lawful), cells
    return "\t".join({**lawful, **cells}[column.field] for column in CTE_FALL.columns)


def fall_file(*rows: str) -> bytes:
    header = f"HD\t{written(days_ago())}\t13:03:42\tMT9.1"
    return ("\r\n".join([header, *rows]) + "\r\n").encode()


def entry_of(
    leavers: Leavers, state_id: str = "999000123", last: str = "Anderson"
) -> FollowUpEntry:
    """A leaver's line of the list as it is drawn."""
    student = leavers.leaver(state_id, last=last)
    follow_up_list(leavers.scope)
    return FollowUpEntry.objects.get(student=student, end_year=leavers.scope.end_year)


def answer_of(entry: FollowUpEntry) -> tuple[str, datetime.date | None, str] | None:
    rows = Outcome.objects.filter(student=entry.student_id, end_year=entry.end_year)
    return rows.values_list("status", "date_contacted", "origin").first()


def answered(
    entry: FollowUpEntry, status: str = WORK, day: datetime.date | None = None, **values: Any
) -> Outcome:
    return Outcome.objects.create(
        student=entry.student,
        end_year=entry.end_year,
        status=status,
        date_contacted=day or days_ago(2),
        **{"origin": "screen", **values},
    )


def tried(entry: FollowUpEntry, means: str = "phone", days: int = 0, status: str = "") -> Attempt:
    return Attempt.objects.create(
        entry=entry, date=days_ago(days), means=means, status=status, at=timezone.now(), **BY
    )


@pytest.fixture
def fall_upload(leavers: Leavers, clerk: User) -> FallUpload:
    """`fall_upload(content, work=…)` takes a file the whole way in this process."""

    def whole_way(content: bytes, work: str = "upload", **options: Any) -> Uploaded:
        batch = submit(
            "fall-upload",
            by=clerk,
            title="MT Data Upload",
            subject="Fall CTE.tsv",
            scope=leavers.scope,
            options={"type": "cte-fall", "work": work, **options},
            content=ContentFile(content, name="input"),
        )
        batch = run_here(batch)
        assert batch.status in ("completed", "with-errors", "refused"), batch.sentence
        uploaded = Uploaded(batch)
        counts = uploaded.counts
        if not uploaded.refused:
            parts = ("new", "changed", "unchanged", "rejected", "differences")
            assert counts["read"] == sum(counts[part] for part in parts)
        return uploaded

    return whole_way
