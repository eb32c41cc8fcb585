"""M-9: work that waits while OPI makes another school year the current one is refused by name, and
writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways.findings import explaining
from pathways.ledger import ledger
from pathways.ledger.shape import Row
from pathways.models import Change, Participation, SchoolYear, StateCopy, Student
from pathways.records import entry
from pathways.resync import batches
from pathways.resync.object_types import NAMES
from pathways.roster import decisions
from pathways.uploads import checking
from tests.by_hand.kill_people import form_with
from tests.fixtures.records import District_
from tests.fixtures.uploads import Upload, file, line

REFUSED = (
    "The current school year is 2025-26. Records of 2024-25 can only be read. Nothing was changed."
)


@pytest.fixture
def move(db: None) -> Callable[[], None]:
    """OPI makes 2025-26 the current year."""

    def moved() -> None:
        SchoolYear.objects.update(is_active=False)
        SchoolYear.objects.filter(pk=2026).update(is_active=True)

    SchoolYear.objects.get_or_create(
        pk=2026, defaults={"starts": "2025-07-01", "ends": "2026-06-30"}
    )
    return moved


def test_an_undo_that_waits_is_not_carried_out_in_the_next_school_year(
    upload: Upload, clerk: User, cottonwood: District_, kayla: Student, move: Callable[[], None]
) -> None:
    """M-9"""
    done = upload(file(line()), work="upload").batch
    before = Participation.objects.values().get()
    undo = submit("undo", by=clerk, title="Undo", scope=cottonwood.scope, about=done)
    move()
    ended = run_here(undo)
    assert (ended.status, ended.sentence) == ("failed", REFUSED)
    assert (
        Participation.objects.values().get() == before
        and not Change.objects.filter(end_year=2026).exists()
    )


def test_an_upload_whose_year_ends_while_it_is_checked_is_not_written_into_the_next(
    clerk: User,
    cottonwood: District_,
    kayla: Student,
    move: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """M-9: seen when the check began 0.15 s before the activation."""
    judge = checking.judge

    def judged(*values: Any, **more: Any) -> Any:
        answer = judge(*values, **more)
        move()
        return answer

    monkeypatch.setattr(checking, "judge", judged)
    content, options = (
        ContentFile(file(line()), name="input"),
        {"type": "cte-eoy", "work": "upload"},
    )
    ended = run_here(
        submit(
            "upload",
            by=clerk,
            title="Upload",
            scope=cottonwood.scope,
            options=options,
            content=content,
        )
    )
    assert (ended.status, ended.sentence) == ("failed", REFUSED)
    assert not Participation.objects.exists() and not Change.objects.exists()


def test_a_resync_that_waits_sends_nothing_of_the_year_that_ended(
    clerk: User, cottonwood: District_, move: Callable[[], None]
) -> None:
    """M-9"""
    waiting = batches.submit_resync(cottonwood.scope, NAMES, by=clerk)
    move()
    ended = run_here(waiting)
    assert ended.status == "failed" and ended.sentence.startswith(
        "2024-25 is no longer the current school year."
    )
    assert StateCopy.objects.of_district("9012") is None


def test_a_resync_of_all_districts_that_waits_begins_none(
    opi: User, cottonwood: District_, move: Callable[[], None]
) -> None:
    """M-9"""
    waiting = batches.submit_resync_of_all(2025, NAMES, by=opi)
    move()
    ended = run_here(waiting)
    assert ended.status == "failed" and ended.sentence.startswith(
        "2024-25 is no longer the current school year."
    )
    assert Batch.objects.count() == 1


def test_no_way_of_writing_passes_the_year(
    cottonwood: District_, kayla: Student, move: Callable[[], None]
) -> None:
    """M-9: form, delete, restore, decision and explanation, each from a page that was opened
    before.
    """
    scope: Scope = cottonwood.scope
    record = cottonwood.record(kayla)
    change = Change.objects.filter(student_id=kayla.pk).latest("pk")
    move()
    row = Row.of(record, version=record.version, in_district_credits=2)
    ways: dict[str, Callable[[], Any]] = {
        "form": lambda: entry.save(scope, [row], by="MARTIN, CHERYL"),
        "delete": lambda: entry.delete(scope, record, version=record.version, by="MARTIN, CHERYL"),
        "restore": lambda: entry.restore(
            scope, change, version=record.version, by="MARTIN, CHERYL", source=Change.Source.UNDO
        ),
        "worklist": lambda: decisions.create(scope, [], by="MARTIN, CHERYL"),
        "reopen": lambda: decisions.take_back(scope, [], by="MARTIN, CHERYL"),
        "explain": lambda: explaining.take_back(scope, 1, by="MARTIN, CHERYL"),
    }
    for name, write in ways.items():
        with pytest.raises(ledger.OtherYear) as refusal:
            write()
        assert refusal.value.sentence.endswith("can only be read. Nothing was saved."), name
    assert Participation.objects.get().version == record.version


def test_a_page_that_was_open_says_so_and_keeps_what_was_typed(
    client: Client,
    clerk: User,
    cottonwood: District_,
    kayla: Student,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """M-9: the door let it in, the lock does not."""
    record = cottonwood.record(kayla)
    client.force_login(clerk)

    def refuse(*values: Any, **more: Any) -> None:
        raise ledger.OtherYear(2025, 2026)

    monkeypatch.setattr(ledger, "apply", refuse)
    path = f"/districts/9012/2025/cte-concentrator/{kayla.pk}/{record.pathway.pk}/"
    page = client.get(path)
    assert page.status_code == 200
    fields = form_with(page.content.decode(), "in_district_credits")
    answer = client.post(path, {**fields, "do": "save"})
    assert (
        answer.status_code == 200
        and "Records of 2024-25 can only be read. Nothing was saved." in answer.content.decode()
    )
