"""OPI's file of every sealed row of one event, a ZIP file: the rows, the dictionary of their
columns, the districts with their seals or without, and the figures of the rows beside those that
were sealed.

It is made of sealed copies alone and holds no moment of its own, so the same seals give the same
bytes (R-OUT-01, R-OUT-02, R-OUT-04, R-OUT-09).
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone

from certification.collections.chosen import collection_of
from certification.collections.collection import Collection
from certification.models import CertificationEvent, SealedCopy
from certification.student_files.columns import (
    DICTIONARY_TITLES,
    cells_of,
    columns_of,
    of_copy,
)
from cte_portal.ui import csv_file
from pathways.models import District

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first day that a ZIP file can name: its entries bear no day."""
DISTRICT_TITLES = (
    "District Number",
    "District",
    "Certified",
    "Receipt",
    "Round",
    "Sealed at (Mountain Time)",
    "Seal (SHA-256)",
)
FIGURE_TITLES = (
    "District Number",
    "District",
    "Receipt",
    "Figure",
    "In this file",
    "In the seal",
    "Difference",
)
README = """\
{event}

Every row that a district has certified in this event, from its official sealed copy. Nothing in this
file comes from records that are not certified.

students.csv        the rows, a line each
dictionary.csv      each column of students.csv: kind, longest value, meaning of its codes
districts.csv       all districts, with the seal that their rows come from, or Not certified
reconciliation.csv  figures counted from students.csv beside those that were sealed: the difference is 0

CSV files are UTF-8 with a header line. Codes are text: keep their leading zeros. A cell that begins with
an apostrophe and a sign such as = or - is text that a spreadsheet would take for a formula: the
apostrophe is not part of it. A student in two districts stands in the rows of both.
These are education records under FERPA. Keep them accordingly, and destroy them on schedule.
"""


@dataclass
class StudentFile:
    """A file while it is written. `check` is asked before each district, and raises where the work
    is to stop.
    """

    event: CertificationEvent
    into: IO[bytes]
    check: Callable[[], None]
    rows: int = 0
    figures: list[tuple[str, ...]] = field(default_factory=list)
    """Lines of the reconciliation."""
    differing: set[str] = field(default_factory=set)
    """Receipts whose rows have other figures than their seal."""

    @property
    def collection(self) -> Collection:
        return collection_of(self.event)

    def copies(self) -> QuerySet[SealedCopy]:
        """The event's official ones, by district."""
        sealed = SealedCopy.objects.official().filter(
            round__event=self.event, form_version__in=self.collection.forms
        )
        return sealed.select_related("round__event").order_by("round__district")

    def write(self) -> None:
        columns = columns_of(self.collection)
        with zipfile.ZipFile(self.into, "w") as whole:
            with _part(whole, "README.txt") as part:
                part.write(README.format(event=self.event.name).encode())
            with _part(whole, "students.csv") as part:
                self.rows = csv_file.write(part, [column.title for column in columns], self.lines())
            for name, titles, lines in (
                ("dictionary.csv", DICTIONARY_TITLES, (column.line for column in columns)),
                ("districts.csv", DISTRICT_TITLES, self.districts()),
                ("reconciliation.csv", FIGURE_TITLES, self.figures),
            ):
                with _part(whole, name) as part:
                    csv_file.write(part, titles, lines)

    def lines(self) -> Iterator[list[str]]:
        """One sealed copy at a time is held."""
        collection = self.collection
        for copy in self.copies():
            self.check()
            rows = sorted(collection.rows_of(copy), key=collection.key_of)
            of_this_copy = of_copy(copy)
            for row in rows:
                yield [*of_this_copy, *cells_of(row)]
            self.reconcile(copy, collection.counts(rows)["totals"])

    def reconcile(self, copy: SealedCopy, counted: Mapping[str, Any]) -> None:
        sealed = dict(_flat(copy.counts["totals"]))
        number, name, receipt, _ = of_copy(copy)
        for figure, value in _flat(counted):
            before = sealed.get(figure, 0)
            self.figures.append(
                (number, name, receipt, figure, str(value), str(before), str(value - before))
            )
            if value != before:
                self.differing.add(receipt)

    def districts(self) -> Iterator[list[str]]:
        sealed = {copy.round.district: copy for copy in self.copies()}
        names = dict(District.objects.values_list("number", "name"))
        names.update((number, copy.district_name) for number, copy in sealed.items())
        for number, name in sorted(names.items()):
            copy = sealed.get(number)
            if copy is None:
                yield [number, name, "Not certified", "", "", "", ""]
            else:
                at = f"{timezone.localtime(copy.sealed_at):%m/%d/%Y %H:%M:%S}"
                yield [
                    number,
                    name,
                    "Certified",
                    copy.receipt,
                    str(copy.round.number),
                    at,
                    copy.digest,
                ]


def _part(whole: zipfile.ZipFile, name: str) -> IO[bytes]:
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return whole.open(entry, "w", force_zip64=True)


def _flat(totals: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Figures by their names in words; amounts of credits are exact."""
    for name, value in totals.items():
        if isinstance(value, Mapping):
            yield from ((_words(part), Decimal(amount)) for part, amount in value.items())
        else:
            yield _words(name), value


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
