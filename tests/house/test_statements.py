"""Which tests PostgreSQL need not be asked twice: all statements stay asked, and the list names
tests that exist.
"""

from __future__ import annotations

import ast
import re

import pytest
from django.conf import settings

from development.statements import ALWAYS, Asked, elsewhere, names, read, shape
from tests.fixtures.once import ELSEWHERE


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("SELECT a FROM t WHERE a IN (%s, %s)", "SELECT a FROM t WHERE a IN (%s)"),
        ("INSERT INTO t VALUES (%s, %s), (%s, %s)", "INSERT INTO t VALUES (%s, %s)"),
        ("SELECT a FROM t LIMIT 21", "SELECT a FROM t LIMIT 1"),
        ("ANALYZE staged_514341f52df1a754", "ANALYZE staged_30b4bf881d5da920"),
        ("SELECT a FROM t WHERE a = 'x'", "SELECT a FROM t WHERE a = 'y'"),
    ],
)
def test_values_make_no_other_statement(first: str, second: str) -> None:
    assert shape(first) == shape(second)


@pytest.mark.parametrize(
    "other",
    ["SELECT b FROM t WHERE a = %s", "SELECT a FROM t WHERE a = %s FOR UPDATE", "SELECT a FROM t"],
)
def test_another_clause_makes_another_statement(other: str) -> None:
    assert shape(other) != shape("SELECT a FROM t WHERE a = %s")


def test_every_statement_is_still_asked_and_what_stays_stays() -> None:
    functions = {
        "stays": Asked({"a"}, 1.0, stays=True),
        "the same": Asked({"a"}, 1.0),
        "dear": Asked({"b", "c"}, 50.0),
        "cheap": Asked({"b", "c"}, 0.1),
        "alone": Asked({"a", "d"}, 9.0),
    }
    assert elsewhere(functions) == {"the same", "dear"}


def test_a_test_stays_for_what_it_does_and_for_its_folder() -> None:
    def line(test: str, stays: str) -> str:
        return f'{{"test": "{test}", "shapes": ["a"], "seconds": 1, "stays": {stays}}}'

    tests = read(
        [
            line("tests/x.py::test_x[1]", "true"),
            line("tests/x.py::test_x[2]", "false"),
            line("tests/x.py::test_y", "false"),
            line("tests/pathways/ledger/test_ledger.py::test_z", "false"),
        ]
    )
    assert {name.partition("::")[2]: test.stays for name, test in tests.items()} == {
        "test_x[1]": True,
        "test_x[2]": False,
        "test_y": False,
        "test_z": True,
    }


def test_a_function_is_named_once_where_it_leaves_with_all_its_parameters() -> None:
    tests = ["x::test_x[1]", "x::test_x[2]", "x::test_y[a b]", "x::test_y[c]", "x::test_z"]
    assert names({"x::test_x[1]", "x::test_y[a b]", "x::test_y[c]"}, tests) == [
        "x::test_x[1]",
        "x::test_y",
    ]


def test_the_list_names_tests_that_exist_and_none_that_stays() -> None:
    for name in sorted(ELSEWHERE):
        file, _, function = name.partition("[")[0].partition("::")
        text = (settings.BASE_DIR / file).read_text()
        assert re.search(rf"^def {function}\(", text, re.MULTILINE), (
            f"{name} is gone: take its line out of tests/fixtures/asked_elsewhere.txt"
        )
        assert not name.startswith(ALWAYS), name


def test_no_test_that_is_skipped_in_one_lane_is_left_out_of_the_other() -> None:
    """It would run nowhere."""
    listed: dict[str, set[str]] = {}
    for name in ELSEWHERE:
        file, _, function = name.partition("[")[0].partition("::")
        listed.setdefault(file, set()).add(function)
    for file, functions in listed.items():
        text = (settings.BASE_DIR / file).read_text()
        if "skip" in text:
            skipped = {
                node.name if isinstance(node, ast.FunctionDef) else ""
                for node in ast.parse(text).body
                if re.search(r"pytest\.(mark\.)?skip", ast.unparse(node))
                and isinstance(node, ast.FunctionDef | ast.Assign)
            }
            left_out = functions if "" in skipped else functions & skipped
            assert not left_out, f"{file}: {left_out}"
