"""The benchmark of watching runs as its first lines say; what watching costs is not asked here."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from cte_portal.accounts.models import User, ViewEvent
from pathways.models import Student
from tests.fixtures.records import District_

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "watch.py"


def test_it_measures_health_and_pages_with_and_without_and_leaves_nothing(
    cottonwood: District_,
    kayla: Student,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cottonwood.record(kayla)
    monkeypatch.setenv("RUNS", "1")
    namespace = runpy.run_path(str(SCRIPT))
    printed = capsys.readouterr().out
    for name in ("live", "ready", "metrics", *namespace["PAGES"]):
        assert f"  {name} " in printed
    assert not User.objects.exists() and not ViewEvent.objects.exists()
