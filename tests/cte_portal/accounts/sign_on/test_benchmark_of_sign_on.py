"""The benchmark of single sign-on runs as its first lines say; what it costs is not asked here."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from cte_portal.accounts.models import SignOn, User
from pathways.models import Student
from tests.fixtures.records import District_

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "sign_on" / "pages.py"


def test_it_measures_pages_with_and_without_and_leaves_nothing(
    cottonwood: District_,
    kayla: Student,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cottonwood.record(kayla)
    monkeypatch.setenv("RUNS", "1")
    namespace = runpy.run_path(str(SCRIPT))
    printed = capsys.readouterr().out
    for page in namespace["PAGES"]:
        assert f"  {page} " in printed
    assert not User.objects.exists() and not SignOn.objects.exists()
