"""The benchmark of pages runs as its first lines say; how fast the pages are is not asked here."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from django.db import connection

from cte_portal.accounts.models import User
from pathways.models import Change, District, Participation, Student
from tests.fixtures.certification import make_event
from tests.fixtures.records import BUSINESS, District_

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SCRIPT = BENCHMARKS / "pages.py"


def test_it_measures_every_page_and_leaves_nothing(
    cottonwood: District_,
    kayla: Student,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cottonwood.record(kayla)
    cottonwood.roster(kayla, BUSINESS)
    make_event()
    people, changes = User.objects.count(), Change.objects.count()
    monkeypatch.setenv("RUNS", "1")
    namespace = runpy.run_path(str(SCRIPT))
    printed = capsys.readouterr().out
    assert "district 9012, 1 students" in printed
    pages = (*namespace["PAGES"], *namespace["OF_OPI"])
    for page in (*pages, "search", "search-sent", "save", "mark"):
        assert f"  {page} " in printed
    assert (User.objects.count(), Change.objects.count()) == (people, changes)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="it is for PostgreSQL's copies")
def test_a_district_is_left_alone(
    transactional_db: None,
    cottonwood: District_,
    elsewhere: District_,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = cottonwood.record(cottonwood.student("999000123"))
    elsewhere.record(elsewhere.student("999000456"))
    monkeypatch.setenv("DISTRICT", "9012")
    runpy.run_path(str(BENCHMARKS / "alone.py"))
    assert [district.number for district in District.objects.all()] == ["9012"]
    assert list(Participation.objects.all()) == [own]
    assert list(Student.objects.all()) == [own.student]
    assert set(Change.objects.values_list("district", flat=True)) == {"9012"}
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
