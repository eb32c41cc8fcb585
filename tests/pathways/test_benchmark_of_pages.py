"""The benchmark of pages runs as its first lines say; how fast the pages are is not asked here."""

from __future__ import annotations

import io
import json
import re
import runpy
import subprocess
from pathlib import Path
from types import SimpleNamespace

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
    for name, value in {"RUNS": "1", "WARM": "0", "PAIRS": "1", "ALONE": "one two"}.items():
        monkeypatch.setenv(name, value)
    other = SimpleNamespace(stdin=io.StringIO(), stdout=StandsBy(), wait=lambda: 0)
    monkeypatch.setattr(subprocess, "Popen", lambda *arguments, **options: other)
    namespace = runpy.run_path(str(SCRIPT))
    printed = capsys.readouterr().out
    assert "district 9012, 1 students" in printed
    of_district = (*namespace["PAGES"], "search", "search-sent", "save", "mark")
    for page in of_district:
        assert re.search(rf"  {page} .* alone × \d", printed)
    for page in namespace["OF_OPI"]:
        assert re.search(rf"  {page} +× +[\d.]+( +\(limit \d\))?\n", printed)
    assert (User.objects.count(), Change.objects.count()) == (people, changes)


class StandsBy:
    """The answers of the process in which the district is alone."""

    def readline(self) -> str:
        return "0.001"


def test_the_process_with_the_district_alone_asks_for_the_page_that_it_is_told(
    cottonwood: District_,
    kayla: Student,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    record = cottonwood.record(kayla)
    monkeypatch.setenv("DISTRICTS", "9012")
    monkeypatch.setenv("IS_ALONE", "1")
    monkeypatch.setattr("sys.stdin", io.StringIO("save\nevent-certification\ncte-record\n"))
    runpy.run_path(str(SCRIPT))
    save, event, page = map(json.loads, capsys.readouterr().out.splitlines())
    assert save > 0 and event is None and page > 0
    record.refresh_from_db()
    assert record.version == 1


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
