"""The benchmark of the follow-up runs as its first lines say, and the statements by hand draw the
same list; how fast both are is not asked here.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from django.db import connection

from cte_portal.accounts.models import User
from pathways.models import District, FollowUpEntry

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "follow_up.py"


def test_it_draws_a_list_beside_sql_by_hand_and_leaves_nothing(
    opi_reference: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the statements by hand are PostgreSQL's")
    monkeypatch.setenv("LEAVERS", "20")
    monkeypatch.setenv("RUNS", "1")
    runpy.run_path(str(SCRIPT))
    printed = capsys.readouterr().out
    assert re.search(r"list of 20 leavers drawn: by hand \d+ ms, portal \d+ ms, × [\d.]+", printed)
    for page in ("follow-up-line", "follow-up", "follow-up-list", "follow-up-entry"):
        assert f"  {page} " in printed
    assert not User.objects.exists() and not FollowUpEntry.objects.exists()
    assert not District.objects.filter(number="9996").exists()
