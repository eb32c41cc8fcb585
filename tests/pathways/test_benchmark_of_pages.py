"""The benchmark of pages runs as its first lines say; how fast the pages are is not asked here."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from cte_portal.accounts.models import User
from pathways.models import Change, Student
from tests.fixtures.certification import make_event
from tests.fixtures.records import BUSINESS, District_

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "pages.py"


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
    for page in (*namespace["PAGES"], "search", "search-sent", "save", "mark"):
        assert f"  {page} " in printed
    assert (User.objects.count(), Change.objects.count()) == (people, changes)
