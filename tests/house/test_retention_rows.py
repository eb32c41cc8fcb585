"""Each row of docs/retention.md is kept by a test."""

from __future__ import annotations

from django.conf import settings

from tests.cte_portal.batches.test_periods import BY_AN_ACT, FOR_GOOD, ROWS, TIMED


def test_a_row_without_a_test_is_named() -> None:
    """P-07: it says a time that is tried, names the test of the act that ends it, or is for good."""
    lacking = {
        name
        for name, (kept, _) in ROWS.items()
        if name not in TIMED and name not in BY_AN_ACT and not kept.startswith(FOR_GOOD)
    }
    assert not lacking
    assert set(TIMED) | set(BY_AN_ACT) <= set(ROWS), "a test without a row"
    assert not [name for name in TIMED if ROWS[name][0].startswith(FOR_GOOD)]


def test_the_tests_of_acts_are_there() -> None:
    texts = "".join(path.read_text() for path in (settings.BASE_DIR / "tests").rglob("test_*.py"))
    assert not [name for name in BY_AN_ACT.values() if f"def {name}(" not in texts]
