"""The benchmark of the grid runs as its first lines say; how fast the grid is is not asked here."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from cte_portal.accounts.models import User
from pathways.models import Change, District
from tests.fixtures.records import District_

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "grid.py"


def test_it_measures_the_grid_and_leaves_nothing(
    cottonwood: District_, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNS", "1")
    monkeypatch.setenv("ROWS", "3")
    runpy.run_path(str(SCRIPT))
    printed = capsys.readouterr().out
    assert re.search(r"page of 3 rows \d+ ms, × [\d.]+ \(limit 8\)", printed)
    assert re.search(r"save \d+ ms, × [\d.]+ \(limit 1\.5\)", printed)
    assert not User.objects.exists() and not Change.objects.exists()
    assert District.objects.count() == 1
