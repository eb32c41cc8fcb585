"""The house stays in order: rooms small enough to look through (docs/developers)."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

MOST_MODULES = 15
MOST_AT_THE_TOP = {"pathways": 8, "certification": 6}  # beside the rooms themselves
LONGEST = 300  # lines of a module
MOST_IGNORES = 40  # places where the types are not checked
LONGER = {
    "pathways/roster/imports/layout.py",
}
"""Modules of one noun that are longer all the same. None is added."""

NO_NOUNS = (
    "one ones found told asked shown said heard held mine left given wanted taken met meant begun"
    " both other others each these those it they them whose who what"
)
"""Pronouns and participles. A variable is called by the noun that it holds."""
NO_NOUNS_OF_TESTS = "one found told asked shown said"


def modules() -> list[Path]:
    """Every module of the apps and their tests, as paths from the top of the project."""
    folders = [
        path
        for folder in ("cte_portal", "pathways", "certification", "tests")
        for path in (settings.BASE_DIR / folder).rglob("*.py")
    ]
    return [
        path.relative_to(settings.BASE_DIR)
        for path in folders
        if "migrations" not in path.parts and path.name != "__init__.py"
    ]


def test_a_folder_holds_at_most_fifteen_modules() -> None:
    sizes = Counter(str(path.parent) for path in modules())
    assert {folder: size for folder, size in sizes.items() if size > MOST_MODULES} == {}


@pytest.mark.parametrize("app", MOST_AT_THE_TOP)
def test_the_top_of_an_app_holds_its_doors_alone(app: str) -> None:
    top = [path for path in modules() if str(path.parent) == app]
    assert len(top) <= MOST_AT_THE_TOP[app], top


def test_types_are_checked_nearly_everywhere() -> None:
    ignores = [
        f"{path}: {line.strip()}"
        for path in modules()
        if path.parts[0] != "tests"
        for line in (settings.BASE_DIR / path).read_text().splitlines()
        if "# type: ignore" in line
    ]
    assert len(ignores) <= MOST_IGNORES, ignores


def test_a_module_is_one_noun_and_short() -> None:
    long = {
        str(path)
        for path in modules()
        if path.parts[0] != "tests"
        and len((settings.BASE_DIR / path).read_text().splitlines()) > LONGEST
    }
    assert long <= LONGER


@pytest.mark.parametrize("app", ["cte_portal", "pathways", "certification"])
def test_no_two_classes_of_an_app_bear_one_name(app: str) -> None:
    """A name that is met in an import or a traceback leads to one place. Django's `Command` is one
    a command.
    """
    names = Counter(
        node.name
        for path in modules()
        if path.parts[0] == app
        for node in ast.parse((settings.BASE_DIR / path).read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, times in names.items() if times > 1} <= {"Command"}


def variables(tree: ast.AST) -> Iterator[str]:
    """The names that a module assigns: variables, parameters, targets of loops, attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def test_a_variable_is_called_by_a_noun() -> None:
    names = {
        f"{path}: {name}"
        for path in modules()
        if path.parts[0] != "tests"
        for name in variables(ast.parse((settings.BASE_DIR / path).read_text()))
        if name.strip("_") in NO_NOUNS.split()
    }
    assert names == set()


def test_a_variable_of_a_test_is_called_by_a_noun() -> None:
    names = {
        f"{path}: {name}"
        for path in modules()
        if path.parts[0] == "tests"
        for name in variables(ast.parse((settings.BASE_DIR / path).read_text()))
        if name in NO_NOUNS_OF_TESTS.split()
    }
    assert names == set()


def test_a_line_of_a_template_can_be_reviewed() -> None:
    long = [
        (path.name, number)
        for path in (settings.BASE_DIR / "templates").rglob("*.*")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 160
    ]
    assert long == []


def test_an_edition_is_chosen_by_a_question_of_a_model() -> None:
    """Pages and actions say which edition they mean, and never name a database themselves."""
    homes = {"cte_portal/editions.py", "pathways/resync/resync.py"}
    places = {
        path.as_posix()
        for path in modules()
        if path.parts[0] != "tests" and "models" not in path.parts
        if ".using(" in (settings.BASE_DIR / path).read_text()
    }
    assert places == homes
