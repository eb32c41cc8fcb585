"""The stage of four hundred states of pages: its rows are built once a process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import conftest as browser
from tests.browser.conftest import Desk, Stage
from tests.fixtures import people, records
from tests.fixtures.quick.kept import Kept
from tests.fixtures.quick.worlds import Standing

CAST = ("clerk", "viewer", "opi", "keeper", "administrator", "nobody", "school_viewer")


def build() -> dict[str, Any]:
    standing = Standing(people, records, browser)
    names = ("cottonwood", "elsewhere", *CAST, "guides_student", "classmates")
    return {name: standing[name] for name in names}


ROWS = Kept(build)


@pytest.fixture
def stage(desk: Desk) -> Stage:
    cast = ROWS.take()
    return Stage(
        desk,
        cast["cottonwood"],
        cast["clerk"],
        {name: cast[name] for name in CAST},
        cast["guides_student"],
        cast["elsewhere"],
    )
