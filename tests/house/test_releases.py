"""What a release did to the databases of a state stays as it was: an office that installed it and
upgrades has the same tables as one that begins today.
"""

from __future__ import annotations

import hashlib
import re

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "docs" / "releases"


@pytest.mark.parametrize("release", sorted(path.stem for path in FOLDER.glob("*.sha256")))
def test_migrations_and_triggers_of_a_release_are_frozen(release: str) -> None:
    """A file that must change is added to by a new migration, with a text of its own."""
    lines = (FOLDER / f"{release}.sha256").read_text().splitlines()
    digests = {path: digest for digest, path in (line.split("  ") for line in lines)}
    assert len(digests) > 10
    present = {
        path: hashlib.sha256((settings.BASE_DIR / path).read_bytes()).hexdigest()
        for path in digests
    }
    assert {path for path in digests if present[path] != digests[path]} == set()


def test_the_version_is_a_heading_of_the_changes() -> None:
    changes = (settings.BASE_DIR / "CHANGELOG.md").read_text()
    assert re.search(rf"^## {re.escape(settings.PORTAL_VERSION)}\b", changes, re.MULTILINE)
