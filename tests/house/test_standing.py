"""What stands around tests (`tests/fixtures/quick/standing.py`)."""

from contextlib import ExitStack, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fixtures.quick import standing


def test_nothing_stands_any_more_when_the_first_browser_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Playwright's loop gives the thread other connections: what was written through the ones
    before could not be taken back, and held the databases against all tests that follow.
    """
    pile, ends = standing.Pile(), ExitStack()
    taken_back: list[bool] = []
    ends.callback(taken_back.append, True)
    pile.blocker = SimpleNamespace(unblock=nullcontext)
    pile.layers.append(standing.Layer(standing.Wanted(pile.put, ()), ends, b""))
    monkeypatch.setattr(standing, "PILE", pile)
    fixture: Any = SimpleNamespace(argname="playwright", func=None)
    request: Any = None
    assert standing.pytest_fixture_setup(fixture, request) is None
    assert taken_back == [True] and not pile.layers
