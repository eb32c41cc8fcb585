"""The benchmark of the last day runs as its first lines say, at a small size; how fast its pages
are is not asked here.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.by_hand.services import listens
from tests.live.conftest import ROOT, Portal, free_port, wait

DAY = ("--clerks", "3", "--pages", "6", "--minutes", "0.1", "--wait", "2")
SHARED = ("--one-district", "--districts", "0")


def played(live: Portal, *sizes: str) -> str:
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks.last_day.day"),
            *("--at", f"http://127.0.0.1:{live.env['WEB_PORT']}", *DAY, *sizes),
        ],
        cwd=ROOT,
        env=live.env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Every accepted save is in the records exactly once." in finished.stdout
    return finished.stdout


@pytest.mark.long
def test_the_day_is_played_and_reckoned(live: Portal) -> None:
    port = free_port()
    live.env["WEB_PORT"] = str(port)
    live.start("web")
    try:
        wait(lambda: listens(port))
        whole = played(live, "--districts", "2")
        assert "2 districts sent" in whole
        for page in ("board", "record", "resync", "running batch", "upload"):
            assert re.search(rf"^  {page} +[1-9]\d* requests, 0 failed", whole, re.MULTILINE), whole
        shared = played(live, *SHARED)
        assert re.search(r"saves: .*\d+ accepted", shared), shared
        assert "search" not in shared and "worklist" not in shared, shared
    finally:
        live.kill("web")
