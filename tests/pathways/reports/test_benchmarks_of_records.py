"""The benchmarks of ledger, refused rows, reports and resync run as their first lines say, at a small
size; how fast they are is not asked here.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from pathways.models import Participation, Student
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.pathways.blocks import is_postgresql

SCRIPTS = Path(__file__).parents[2] / "benchmarks"
pytestmark = pytest.mark.skipif(not is_postgresql(), reason="they are PostgreSQL's")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ROWS": "100", "RECORDS": "12", "RUNS": "1"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    "script, printed",
    [("ledger.py", "stage"), ("refused_rows.py", "one unknown key")],
)
def test_it_runs_on_an_empty_portal(
    script: str, printed: str, small: None, opi_reference: None, capsys: pytest.CaptureFixture[str]
) -> None:
    runpy.run_path(str(SCRIPTS / script))
    assert printed in capsys.readouterr().out


@pytest.mark.parametrize(
    "script, printed",
    [("reports.py", "largest district"), ("resync.py", "resync of 1 % changes")],
)
def test_it_runs_where_districts_have_records(
    script: str,
    printed: str,
    small: None,
    transactional_db: None,
    cottonwood: District_,
    elsewhere: District_,
    kayla: Student,
    capsys: pytest.CaptureFixture[str],
) -> None:
    record = cottonwood.record(kayla, HEALTH)
    Participation.objects.filter(pk=record.pk).update(id=1_010)  # one of a hundred is changed
    cottonwood.record(kayla, BUSINESS)
    elsewhere.record(elsewhere.student("999000200"), HEALTH)
    runpy.run_path(str(SCRIPTS / script))
    assert printed in capsys.readouterr().out
    assert Participation.objects.count() >= 12
