"""After a large load the statistics of stored tables are made anew, also by a worker, who owns no
table: tried under the role itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from pathways.ledger import statistics
from tests.cte_portal.watch.test_worker_rights import as_worker, worker

__all__ = ["worker"]
pytestmark = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite's plans need no statistics"
)
TABLE = "pathways_referencegeneration"


@pytest.fixture
def warnings(db: None) -> Iterator[list[str]]:
    """What the server warns of: it skips whoever may not analyze, and says so there alone."""
    texts: list[str] = []

    def note(notice: psycopg.errors.Diagnostic) -> None:
        texts.append(notice.message_primary or "")

    connection.ensure_connection()
    connection.connection.add_notice_handler(note)
    yield texts
    connection.connection.remove_notice_handler(note)


def test_a_worker_makes_statistics_of_a_table_that_it_may_not_analyze(
    worker: None, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_worker(monkeypatch), connection.cursor() as cursor:
        statistics.renew(TABLE)
        assert warnings == []
        cursor.execute(f"ANALYZE {TABLE}")
        assert len(warnings) == 1 and "skipping" in warnings[0]


@pytest.mark.parametrize("name", ["accounts_user", "pathways_change; x", "PATHWAYS_CHANGE", ""])
def test_it_takes_no_other_name_than_that_of_a_table_of_records(db: None, name: str) -> None:
    with pytest.raises(ProgrammingError, match="no table of the portal"), transaction.atomic():
        statistics.renew(name)
