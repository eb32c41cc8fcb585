"""The benchmark of Fall CTE uploads runs as its first lines say, and its hand-written statements
find the same rows; how fast they are is not asked here.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from django.db import connection

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "fall_upload.py"


def test_it_measures_each_file_beside_what_is_possible_by_hand_and_beside_end_of_year(
    opi_reference: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("COPY is PostgreSQL's")
    monkeypatch.setenv("ROWS", "250")
    monkeypatch.setenv("RUNS", "1")
    runpy.run_path(str(SCRIPT))
    printed = capsys.readouterr().out
    assert "250 lines drawn" in printed
    beside = r"Fall CTE .* × [\d.]+   End of Year .* × [\d.]+   Fall CTE / End of Year [\d.]+"
    for file in ("all new", "3 % differ", "nothing changed"):
        assert re.search(rf"\n{file} +{beside}   skipping ", printed)
    assert re.search(rf"\nvalidate only +{beside}\n", printed)
    assert "\nextract " in printed
