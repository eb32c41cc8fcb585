"""The benchmarks of rosters run as their first lines say, at a small size; how fast they are is not
asked here.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from django.db import connection

from pathways.models import Roster

SCRIPTS = Path(__file__).parents[1] / "benchmarks"

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's"),
    pytest.mark.django_db(databases=["default", "state"]),
]


def test_the_portal_and_the_hand_load_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDENTS", "40")
    monkeypatch.setenv("LINES", "2")
    monkeypatch.delenv("IMPORT_EXPORT", raising=False)
    runpy.run_path(str(SCRIPTS / "roster.py"))
    printed = capsys.readouterr().out
    assert "40 students, 80 roster lines" in printed
    assert "again" in printed and "memory" in printed
    assert Roster.objects.count() == 160


def test_a_statewide_folder_and_the_hand_load_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISTRICTS", "3")
    monkeypatch.setenv("STUDENTS", "60")
    monkeypatch.delenv("PROFILE", raising=False)
    runpy.run_path(str(SCRIPTS / "rosters" / "all_districts.py"))
    printed = capsys.readouterr().out
    assert "3 districts, 60 students, 400 roster lines" in printed
    assert "ratio" in printed and "memory" in printed
    assert Roster.objects.count() == 800
