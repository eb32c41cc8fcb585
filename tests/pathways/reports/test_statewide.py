"""All districts at once: the same figures as district by district, one parent, a run for each
district.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run, run_here
from cte_portal.batches.statewide.statewide import children_of
from cte_portal.editions import Edition, Scope
from pathways.models import Student
from pathways.reports import runs
from pathways.reports.groups import END_OF_YEAR
from pathways.reports.runs import certification_at_state, last_validations, points
from pathways.reports.statewide import ask_for_all, district_lines
from tests.fixtures.people import person
from tests.fixtures.records import HEALTH, District_
from tests.pathways.blocks import analyze, is_postgresql, touched
from tests.pathways.desk import text

YEAR = 2025
ALL = "/opi/data-validation/"


@pytest.fixture
def records(
    cottonwood: District_, elsewhere: District_, kayla: Student, state_edition: Callable[[], None]
) -> None:
    """The guide's student in both districts, wrong in one, sent; then something is edited."""
    cottonwood.record(kayla, HEALTH, in_district_credits=Decimal("2.50"))
    record = elsewhere.record(elsewhere.student(kayla.state_id), HEALTH)
    state_edition()
    elsewhere.record(record.student, HEALTH, in_district_credits=Decimal("1.00"))


def test_the_batch_of_all_gives_each_district_its_run(
    records: None, cottonwood: District_, elsewhere: District_, opi: User
) -> None:
    batch = run_here(ask_for_all(Edition.STATE, YEAR, by=opi))
    assert batch.sentence == "2 districts validated at the state. 2 need attention."
    children = {child.district: child for child in children_of(batch)}
    assert list(children) == ["0965", "9012"]
    for number, child in children.items():
        expected = {
            report.slug: report.count(Scope(number, YEAR, Edition.STATE))
            for report in END_OF_YEAR.reports
        }
        assert {figure["slug"]: figure["count"] for figure in child.result["reports"]} == {
            slug: figure.count for slug, figure in expected.items()
        }
        assert child.result["district_cursor"] == points()[number]["district_cursor"]
    assert children["9012"].result["findings"]["errors"] == 1
    run = last_validations(YEAR)["9012"]
    assert (run.errors, run.records, run.totals_match) == (1, 1, True)
    assert (
        children["9012"].sentence
        == "6 reports run at the state. 1 error found. District and state totals match."
    )
    assert "do not match" in children["0965"].sentence
    last = certification_at_state(cottonwood.scope)
    assert last is not None
    assert last.batch == children["9012"]


def test_what_a_run_has_found_is_read_once(records: None, opi: User) -> None:
    """OPI's status board looks for every district's last run; another one shows at once."""

    def looked() -> tuple[int, bool]:
        with CaptureQueriesContext(connections["default"]) as queries:
            errors = last_validations(YEAR)["9012"].errors
        return errors, len(queries) > 1

    run_here(ask_for_all(Edition.STATE, YEAR, by=opi))
    assert looked() == (1, True)
    assert looked() == (1, False)
    own = Batch.objects.get(kind="validate", district="9012")
    own.result["findings"]["errors"], own.finished_at = 7, timezone.now()
    own.save()
    assert looked() == (7, True), "the same batch, run again"
    Batch.objects.filter(pk=own.pk).update(result={})
    assert "9012" not in last_validations(YEAR)


@pytest.mark.skipif(not is_postgresql(), reason="EXPLAIN (BUFFERS) is PostgreSQL's")
def test_a_run_is_found_past_the_uploads_of_a_season(records: None, opi: User) -> None:
    """The board looks for it in every district, each time: also in one that has validated nothing."""

    def looked_at() -> int:
        analyze(by_index=True)
        with touched() as page:
            assert last_validations(YEAR)["9012"].errors == 1
        return page.total

    batch = run_here(ask_for_all(Edition.STATE, YEAR, by=opi))
    children_of(batch).filter(district="0965").delete()
    once = looked_at()
    finished = {"status": Status.COMPLETED, "finished_at": timezone.now(), "submitted_by": opi}
    Batch.objects.bulk_create(
        Batch(
            kind="upload",
            idempotency_key=f"{number}-{at}",
            district=number,
            end_year=YEAR,
            **finished,
        )
        for number in ("0965", "9012")
        for at in range(500)
    )
    assert looked_at() <= once + 4, "an index of more rows is a level higher"


def test_a_run_is_found_whatever_another_thread_reads_meanwhile(
    records: None, opi: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its district stood on the board as never validated for a moment."""

    class Shared(dict[Any, Any]):
        def __setitem__(self, key: Any, value: Any) -> None:
            super().__setitem__(key, ("an earlier run", None))

    run_here(ask_for_all(Edition.STATE, YEAR, by=opi))
    monkeypatch.setattr(runs, "_read", Shared())
    assert last_validations(YEAR)["9012"].errors == 1


def test_a_second_attempt_finds_no_half_of_the_first(
    records: None, opi: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = ask_for_all(Edition.STATE, YEAR, by=opi)

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("pathways.reports.statewide._outcome", broken)
        assert run(batch.pk)
    assert not children_of(batch).exists()
    Batch.objects.filter(pk=batch.pk).update(available_at=None)
    assert run_here(Batch.objects.get(pk=batch.pk)).status == "with-errors"
    assert children_of(batch).count() == 2


def test_as_many_statements_for_two_districts_as_for_five(records: None) -> None:
    with CaptureQueriesContext(connections["default"]) as queries:
        lines = district_lines(Edition.DISTRICT, YEAR)
    assert len(queries.captured_queries) == 6  # five reports, and the districts' names
    assert [
        (line.number, [figure.count for _, figure in line.figures], line.wants_a_look)
        for line in lines
    ] == [
        ("0965", [1, 0, 0, 0, 1], False),
        ("9012", [1, 0, 0, 1, 1], True),
    ]


def test_opi_sees_the_figures_and_a_student_of_two_districts_once(
    records: None, opi: User, client: Client
) -> None:
    client.force_login(opi)
    page = text(client.get(ALL))
    assert "Concentrators & Participants 1 0 concentrators" in page
    assert "0965 Elsewhere 1 0 0 0 1" in page
    assert "9012 Cottonwood Bend 1 0 0 1 1" in page
    assert "Elsewhere" not in text(client.get(f"{ALL}?look=yes"))
    assert "Elsewhere" in text(client.get(f"{ALL}?find=0965&at=district"))
    assert "Edition District State With errors only" in page, "the edition is chosen on the page"
    answer = client.post(ALL, {"run": "state", "key": "11111111-1111-4111-8111-111111111111"})
    assert (
        client.post(ALL, {"run": "state", "key": "11111111-1111-4111-8111-111111111111"})[
            "Location"
        ]
        == answer["Location"]
    )
    batch = Batch.objects.get(kind="validate-all")
    at_district = client.post(
        ALL, {"run": "district", "key": "11111111-1111-4111-8111-111111111111"}
    )
    assert at_district["Location"] != answer["Location"], (
        "the other button of the page is another run"
    )
    assert answer["Location"] == f"/opi/batches/{batch.pk}/"
    run_here(batch)
    assert "need attention" in text(client.get(answer["Location"]))
    assert client.post(ALL, {"run": "nowhere"})["Location"] == ALL


def test_who_works_in_no_whole_state_may_not_run_it(records: None, cottonwood: District_) -> None:
    outsider = person("nlee", "Lee", "Nora")
    assert run_here(ask_for_all(Edition.STATE, YEAR, by=outsider)).status == "failed"
