"""Each test of certification says for which collections it holds."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.certification.single import SINGLE

FOLDER = Path(__file__).parents[1] / "certification"
FOR_BOTH = ("both", "COLLECTIONS", "cte-fall")


def of_one_collection(file: Path) -> int:
    """How many of the file's tests are not marked as running for both."""
    parts = ast.parse(file.read_text()).body
    of_file = [ast.unparse(part) for part in parts if isinstance(part, ast.Assign)]
    if any(mark.startswith("pytestmark") and _is_for_both(mark) for mark in of_file):
        return 0
    tests = [part for part in parts if isinstance(part, ast.FunctionDef)]
    return sum(
        test.name.startswith("test_")
        and not _is_for_both(" ".join(map(ast.unparse, test.decorator_list)))
        for test in tests
    )


def _is_for_both(marks: str) -> bool:
    return any(word in marks for word in FOR_BOTH)


def test_a_test_of_certification_runs_for_both_collections_or_is_counted_with_the_reason() -> None:
    single = {
        str(file.relative_to(FOLDER)): of_one_collection(file)
        for file in sorted(FOLDER.rglob("test_*.py"))
    }
    counted = {file: number for file, (number, _) in SINGLE.items()}
    assert {file: number for file, number in single.items() if number} == counted
