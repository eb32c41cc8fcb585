"""Which tests the second lane of CI need not repeat: those whose statements other tests ask on
PostgreSQL as well.

    python3 manage.py test --postgres -p development.statements -m "not once"
    .venv/bin/python -m development.statements

The first line is a run that writes down what each test asks, the second one makes
`tests/fixtures/asked_elsewhere.txt` of it. A test stays in both lanes when the database refused it
something, when it commits, is marked `fresh` or `skipif`, or stands in `ALWAYS`; of all others as
many stay as it takes to ask every statement. Each value of a parameter is a test. What is new, or
was not in the run, stays.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connections

ROOT = Path(__file__).resolve().parent.parent
NOTED = ROOT / ".pytest_cache" / "statements"
LIST = ROOT / "tests" / "fixtures" / "asked_elsewhere.txt"
ALWAYS = (
    "tests/live/",
    "tests/browser/",
    "tests/certification/signing/test_signed_text.py",
    "tests/certification/test_state_machine.py",
    "tests/cte_portal/accounts/test_kept_forms.py::test_a_zero_byte",
    "tests/cte_portal/watch/",
    "tests/pathways/ledger/",
    "tests/pathways/resync/",
    "tests/pathways/records/test_search.py",
    "tests/pathways/roster/by_hand/test_lists.py::test_a_zero_byte",
    "tests/pathways/roster/sets/",
    "tests/pathways/roster/test_hostile_files.py::test_a_title_with_a_zero_byte",
    "tests/pathways/rules/",
    "tests/pathways/test_editions.py",
    "tests/pathways/uploads/",
)
"""What is about the database itself, about values that it cannot hold, about order and letters, or
about what files do to it.
"""


@dataclass
class Asked:
    """Of one test: a function, or a function with one value of its parameters."""

    shapes: set[str] = field(default_factory=set)
    seconds: float = 0.0
    stays: bool = False


def shape(statement: str) -> str:
    """A statement without its values, its savepoints, and the names of temporary tables."""
    text = re.sub(r"'[^']*'", "'…'", statement)
    text = re.sub(r"\b[0-9a-f]{16}\b|(?<=_)[0-9a-f]{16}", "…", text)
    text = re.sub(r"\((?:\s*%s\s*,?)+\)", "(%s)", text)
    text = re.sub(r"(?:\(%s\)(?:, ?)?)+", "(%s)", text)
    return re.sub(r"\b\d+\b", "0", text)


def elsewhere(tests: Mapping[str, Asked]) -> set[str]:
    """The tests all of whose statements are asked by those that are not in the answer."""
    staying = {name for name, test in tests.items() if test.stays}
    covered = {text for name in staying for text in tests[name].shapes}
    waiting = {name: tests[name].shapes - covered for name in tests.keys() - staying}
    while any(waiting.values()):
        # The most for a second first, so that little is asked twice.
        best = max(
            sorted(waiting), key=lambda name: len(waiting[name]) / (tests[name].seconds + 0.01)
        )
        fresh = waiting.pop(best)
        for shapes in waiting.values():
            shapes -= fresh
    return set(waiting)


def read(lines: Iterable[str]) -> dict[str, Asked]:
    tests: defaultdict[str, Asked] = defaultdict(Asked)
    for line in lines:
        noted = json.loads(line)
        test = tests[noted["test"]]
        test.shapes |= set(noted["shapes"])
        test.seconds += noted["seconds"]
        test.stays |= noted["stays"] or noted["test"].startswith(ALWAYS)
    return tests


def names(leaving: set[str], tests: Iterable[str]) -> list[str]:
    """The lines of the list: a function where it leaves with all its parameters."""
    staying = {function(test) for test in tests if test not in leaving}
    return sorted({test if function(test) in staying else function(test) for test in leaving})


def function(test: str) -> str:
    return test.partition("[")[0]


class Listener:
    def __init__(self) -> None:
        self.shapes: set[str] = set()
        self.refused = False

    def __call__(
        self, execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any
    ) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.shapes.add(f"{context['connection'].alias}: {shape(sql)}")
        try:
            return execute(sql, values, many, context)
        except Error:
            self.refused = True
            raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    listener, started = Listener(), time.process_time()
    for alias in connections:
        connections[alias].execute_wrappers.insert(0, listener)
    try:
        return (yield)
    finally:
        for alias in connections:
            # A test that opens connections of its own leaves others behind.
            if listener in connections[alias].execute_wrappers:
                connections[alias].execute_wrappers.remove(listener)
        marker = item.get_closest_marker("django_db")
        commits = "transactional_db" in getattr(item, "fixturenames", ()) or (
            marker is not None and bool(marker.kwargs.get("transaction"))
        )
        note(
            {
                "test": item.nodeid,
                "shapes": sorted(listener.shapes),
                "seconds": round(time.process_time() - started, 3),
                "stays": commits
                or listener.refused
                or item.get_closest_marker("fresh") is not None
                or item.get_closest_marker("skipif") is not None,
            }
        )


def note(what: dict[str, Any]) -> None:
    NOTED.mkdir(parents=True, exist_ok=True)
    process = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with open(NOTED / f"{process}.jsonl", "a") as file:
        file.write(json.dumps(what) + "\n")


def main() -> None:
    lines = [line for file in sorted(NOTED.glob("*.jsonl")) for line in file.open()]
    if not lines:
        sys.exit("Nothing is noted. The first lines of development/statements.py say how.")
    tests = read(lines)
    leaving = elsewhere(tests)
    LIST.write_text("".join(f"{name}\n" for name in names(leaving, tests)))
    print(
        f"{len(leaving)} of {len(tests)} tests need not be repeated: they took"
        f" {sum(tests[name].seconds for name in leaving):.0f} of"
        f" {sum(test.seconds for test in tests.values()):.0f} processor seconds."
    )


if __name__ == "__main__":
    main()
