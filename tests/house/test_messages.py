"""Every sentence of a rule, gate, file error or refusal is in one table under an id that stays
(docs/messages.md).
"""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from certification.management.sentences import document
from certification.signing.gates import GATES
from pathways.rules import CATALOGUE

PAGE = settings.BASE_DIR / "docs" / "messages.md"


def ids(page: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE))


@pytest.fixture(scope="module")
def page() -> str:
    """As the code makes it now: all of its files are looked through."""
    return document()


def test_a_changed_sentence_is_seen_in_review(page: str) -> None:
    """Write the page anew: `python3 manage.py messages`."""
    assert PAGE.read_text() == page


def test_every_rule_and_gate_is_in_the_table() -> None:
    assert {rule.id for rule in CATALOGUE} | {gate.slug for gate in GATES} <= ids(PAGE.read_text())


def test_the_table_names_refusals_file_errors_and_constraints(page: str) -> None:
    for line in (
        "| `Stale` | Someone else saved this record after you opened it.",
        "| `CTE-400` | The selected file is empty",
        "| `CTE-001` | {…} must be a number, like 1.75 |",
        "| `open` | Certification is not open yet |",
        "| `pathways_warning_is_explained_once` | This warning is already explained. |",
    ):
        assert line in page, line


def test_a_sentence_without_an_id_is_nowhere_raised(page: str) -> None:
    """An id is a rule, a gate, an exception, a constraint or a module: no row is without one, none
    is twice.
    """
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == len(set(rows)) > 250
