"""The benchmark of End of Year's uploads runs as its first lines say, and its hand-written
statements find the same rows; how fast they are is not asked here.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from django.db import connection

from cte_portal.batches.job import Job
from pathways.models import Participation

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "upload.py"


def test_it_measures_each_file_beside_what_is_possible_by_hand(
    opi_reference: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("COPY is PostgreSQL's")
    monkeypatch.setenv("ROWS", "250")
    monkeypatch.setenv("RUNS", "1")
    monkeypatch.setattr(Job, "step", Job.step)  # the script watches it
    runpy.run_path(str(SCRIPT))
    printed = capsys.readouterr().out
    assert "250 rows" in printed
    for file in ("all new", "3 % changed", "nothing changed"):
        for way in ("L0", "L1", "portal"):
            assert f"\n{file:16} {way} " in printed
    assert "\nvalidate only " in printed and "\nexport " in printed
    assert "update_or_create" in printed and "memory at most" in printed
    assert Participation.objects.exists()
