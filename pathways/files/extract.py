"""MT Extracts: a district's records, or its leavers, as a file (guide: Reporting > MT State
Reporting > MT Extracts).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.editions import Scope
from cte_portal.ui import csv_file, xlsx_file
from cte_portal.ui.wording import number_of
from pathways.files import writer
from pathways.files.fall import lines as fall
from pathways.files.layout import CTE_END_OF_YEAR, CTE_FALL, LAYOUTS, Layout
from pathways.ledger.copy_out import copied_lines
from pathways.ledger.shape import PARTICIPATION, Holds
from pathways.models import Participation
from pathways.models.student import by_name_of

FORMATS = {"tsv": "State Format (TSV)", "csv": "CSV", "xlsx": "Excel (XLSX)"}
TYPES = {"tsv": writer.TSV, "csv": writer.CSV, "xlsx": xlsx_file.XLSX}


VALUES = (
    "student__state_id",
    "student__local_id",
    "student__last_name",
    "student__first_name",
    "pathway__code",
    *(column.field for column in CTE_END_OF_YEAR.columns if column.field in PARTICIPATION.names),
)
"""What a line is made of."""
ORDER = (*by_name_of("student"), "pathway__code")


def rows(scope: Scope) -> Iterator[tuple[str, ...]]:
    """The records in scope as lines of CTE End of Year, by student and pathway. Values alone, no
    model objects: those cost four times as much.
    """
    return lines(_records(scope).values_list(*VALUES).iterator(chunk_size=5000), scope)


def _records(scope: Scope) -> QuerySet[Participation]:
    return Participation.objects.in_scope(scope).order_by(*ORDER)


def _copied(scope: Scope) -> Iterator[bytes | bytearray | memoryview]:
    """The same lines as PostgreSQL writes them. It puts the records in order before it makes text
    of them, which would be more to sort.
    """
    records = _records(scope).values_list(*VALUES, *(path for path in ORDER if path not in VALUES))
    sql, values = records.query.get_compiler(scope.alias).as_sql()
    own = {"record_type": CTE_END_OF_YEAR.record_type, "district": scope.district}
    own["end_year"] = str(scope.end_year)
    fields = [column.field for column in CTE_END_OF_YEAR.columns]
    names = dict(zip(VALUES, (field for field in fields if field not in own), strict=True))
    names |= {path: f"place_{at}" for at, path in enumerate(ORDER) if path not in names}
    cells = ", ".join("%s" if field in own else _IN_SQL.get(field, field) for field in fields)
    order = ", ".join(names[path] for path in ORDER)
    statement = (
        f"SELECT {cells} FROM ({sql}) AS record ({', '.join(names.values())}) ORDER BY {order}"
    )
    constants = [own[field] for field in fields if field in own]
    return copied_lines(connections[scope.alias], statement, [*constants, *values])


def lines(records: Iterable[tuple[Any, ...]], scope: Scope) -> Iterator[tuple[str, ...]]:
    """`VALUES` of each record as a line."""
    district, year, kind = scope.district, str(scope.end_year), CTE_END_OF_YEAR.record_type
    days: dict[datetime.date, str] = {}
    for state_id, local_id, last, first, code, concentrator, single, start, *credits in records:
        day = days.get(start)
        if day is None:
            day = days[start] = f"{start:%m/%d/}{start.year:04d}"
        # Credits come from the database with two decimals.
        yes, alone = "Y" if concentrator else "N", "Y" if single else "N"
        yield (
            kind,
            district,
            state_id,
            local_id,
            last,
            first,
            code,
            yes,
            alone,
            day,
            *map(str, credits),
            year,
        )


_TEXTS = {
    Holds.ANSWER: "CASE WHEN {} THEN 'Y' ELSE 'N' END",
    Holds.DAY: "to_char({}, 'MM/DD/YYYY')",
    Holds.AMOUNT: "{}",
}
_IN_SQL = {name: _TEXTS[holds].format(name) for name, holds in PARTICIPATION.holds.items()}
"""Each column of a record as `lines` writes it; amounts have two decimals already."""

ROWS = {CTE_END_OF_YEAR.slug: rows, CTE_FALL.slug: fall.rows}
NOUNS = {CTE_END_OF_YEAR.slug: "record", CTE_FALL.slug: "student"}


def write(into: IO[bytes], scope: Scope, form: str, layout: Layout = CTE_END_OF_YEAR) -> int:
    """Returns the number of lines."""
    at, vendor = timezone.localtime(), connections[scope.alias].vendor
    if (layout, form, vendor) == (CTE_END_OF_YEAR, "tsv", "postgresql"):
        return writer.write_copied_tsv(into, layout, _copied(scope), at)
    return write_lines(into, ROWS[layout.slug](scope), form, layout=layout, at=at)


def write_lines(
    into: IO[bytes],
    records: Iterable[tuple[str, ...]],
    form: str,
    *,
    layout: Layout = CTE_END_OF_YEAR,
    at: datetime.datetime,
) -> int:
    if form == "tsv":
        return writer.write_tsv(into, layout, records, at)
    if form == "csv":
        return csv_file.write(into, layout.names, records)
    return writer.write_layout_xlsx(into, layout, records, at)


def run(job: Job) -> None:
    form, layout = job.batch.options["format"], LAYOUTS[job.batch.options["type"]]
    job.step("Writing")
    with job.writing(
        f"extract.{form}",
        f"{layout.title} {job.scope.district} {job.scope.end_year}.{form}",
        TYPES[form],
    ) as file:
        number = write(file, job.scope, form, layout)
    counted = number_of(number, NOUNS[layout.slug])
    job.outcome = Outcome(f"{counted}.", result={"records": number})


EXTRACT = Kind(name="extract", run=run, capability=Capability.EXPORT_RECORDS)
