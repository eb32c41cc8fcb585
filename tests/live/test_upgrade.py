"""A portal of release 0.1.0 becomes this version: its seals verify, the first of two signatures
stands and the second seals, and the job that waited ends.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from tests.by_hand.upgrade import RELEASE, ROOT, databases, environment_in, upgrade


@pytest.mark.long
def test_the_way_from_the_first_release(tmp_path: Path) -> None:
    """On the vendor of the lane, with the release's own code and practice data."""
    known = ["git", "cat-file", "-e", RELEASE]
    if subprocess.run(known, cwd=ROOT, capture_output=True, check=False).returncode:
        assert not os.environ.get("CI"), "CI has the whole history"
        pytest.skip("this copy of the code is without the history of the release")
    environment = environment_in(tmp_path)
    if connection.vendor == "sqlite":
        assert upgrade(tmp_path, environment)
        return
    values = connection.settings_dict
    password = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
    server = f"postgres://{values['USER']}{password}@{values['HOST']}:{values['PORT']}"
    with databases(server) as addresses:
        assert upgrade(tmp_path, environment | addresses)
