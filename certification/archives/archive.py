"""The archive of a district: one ZIP file with everything that the portal holds of it, to be read
without the portal.

Tables are CSV files, sealed copies the very texts that their seals cover, and files as they were
sent or made. `manifest.json` names each file with its size, rows and SHA-256.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from certification.archives.contents import tables
from certification.models import SealedCopy
from certification.signing.sealing import text_of
from cte_portal.batches.files import open_stored
from cte_portal.batches.models import Batch
from cte_portal.editions import Edition, writing_state
from cte_portal.ui import csv_file

README = """\
District {district}: everything that the CTE Portal holds of it
===============================================================

Made {at} by {by}. Reason: {reason}
Portal version {version}. {students:,} students, {records:,} records, {seals:,} sealed copies.

portal/       tables of the District edition, of accounts, and of the Batch Queue, a CSV file each
state/        the same tables as the state received them
sealed/       each sealed copy as the text that its seal covers: the SHA-256 of the file is the seal
files/        files that the district sent, and files that the portal made for it, by job
columns.csv   each column in words, with the meaning of its codes
manifest.json each file with its size, rows and SHA-256
SHA256SUMS    the same digests; to check all files: sha256sum --check SHA256SUMS

CSV files are UTF-8 with a header line. Days are 2025-05-08, moments are in UTC, an empty cell is
nothing. A cell that begins with an apostrophe and a sign such as = or - is text that a
spreadsheet would take for a formula: the apostrophe is not part of it. Columns that end in _id
hold the key of a row in another file of the same folder.

Who has left the district is named still: by account number, user name and name in
portal/accounts.user.csv, with the sign-ins of the time there, signatures, and what was read or
taken out. What they did elsewhere, and who they are today, is not here.

Left out: passwords, keys and sessions; and contacts and attempts of the follow-up, which the
district alone sees and takes from Follow-up Calls. Tables without a district hold OPI's lists, whole.
These are education records under FERPA. Keep them accordingly, and destroy them on schedule.
"""


@dataclass
class Part:
    """A file of the archive, as the manifest names it."""

    name: str
    sha256: str
    bytes: int
    rows: int | None = None


class _Digesting(io.RawIOBase):
    """Passes on what is written, and remembers its digest and size."""

    def __init__(self, into: IO[bytes]) -> None:
        self.into, self.seal, self.size = into, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        content = bytes(data)
        self.into.write(content)
        self.seal.update(content)
        self.size += len(content)
        return len(content)


@dataclass
class Archive:
    """An archive while it is written. `check` is asked now and then, and raises where the work is
    to stop.
    """

    district: str
    into: IO[bytes]
    check: Callable[[], None]
    parts: list[Part] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.zip = zipfile.ZipFile(self.into, "w", zipfile.ZIP_DEFLATED)

    @contextmanager
    def part(self, name: str) -> Iterator[tuple[_Digesting, Part]]:
        self.check()
        part = Part(name, "", 0)
        with self.zip.open(name, "w", force_zip64=True) as member:
            digesting = _Digesting(member)
            yield digesting, part
        part.sha256, part.bytes = digesting.seal.hexdigest(), digesting.size
        self.parts.append(part)

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        with self.part(name) as (file, _):
            for chunk in chunks:
                file.write(chunk)

    def add_tables(self, edition: Edition) -> None:
        """All of one edition as it stands at one moment."""
        with _one_moment(edition):
            for table in tables(edition):
                with self.part(table.name) as (file, part):
                    rows = (map(_cell, row) for row in table.rows(self.district))
                    titles = [column.attname for column in table.columns]
                    part.rows = csv_file.write(file, titles, rows)  # type: ignore[arg-type]

    def add_columns(self) -> None:
        with self.part("columns.csv") as (file, part):
            titles = ("File", "Column", "In words", "Codes")
            part.rows = csv_file.write(file, titles, _columns())  # type: ignore[arg-type]

    def add_seals(self) -> int:
        copies = SealedCopy.objects.of_district(self.district).select_related("round__event")
        number = 0
        for copy in copies.order_by("pk").iterator(chunk_size=5):
            self.add(f"sealed/{copy.receipt}.txt", (line + b"\n" for line in text_of(copy)))
            number += 1
        return number

    def add_files(self) -> None:
        """What is still kept of the district's jobs; a file that is gone is named as missing."""
        batches = Batch.objects.filter(district=self.district).order_by("queued_at", "pk")
        for batch in batches.prefetch_related("files").iterator(chunk_size=200):
            names = {file.role: file.stored for file in batch.files.all()}
            if batch.input_file:
                names["input"] = batch.input_file
            for role, stored in names.items():
                name = f"files/{batch.pk}/{role}"
                try:
                    content = open_stored(stored)
                except FileNotFoundError:
                    self.missing.append(name)
                    continue
                with content:
                    self.add(name, content.chunks())

    def finish(self, *, by: str, reason: str, seals: int) -> None:
        """The texts that say what the archive holds; the manifest does not name itself."""
        counts = {part.name: part.rows or 0 for part in self.parts}
        about = {"district": self.district, "by": by, "reason": reason}
        readme = README.format(
            **about,
            at=f"{timezone.localtime():%Y-%m-%d %H:%M %Z}",
            version=settings.PORTAL_VERSION,
            students=counts["portal/pathways.student.csv"],
            records=counts["portal/pathways.participation.csv"],
            seals=seals,
        )
        self.add("README.txt", [readme.encode()])
        manifest = {
            **about,
            "made_at": timezone.now().isoformat(),
            "portal_version": settings.PORTAL_VERSION,
            "files": [
                {key: value for key, value in vars(part).items() if value is not None}
                for part in self.parts
            ],
            "missing": self.missing,
        }
        sums = "".join(f"{part.sha256}  {part.name}\n" for part in self.parts)
        self.add("manifest.json", [json.dumps(manifest, indent=1, ensure_ascii=False).encode()])
        self.add("SHA256SUMS", [sums.encode()])
        self.zip.close()


def _columns() -> Iterator[tuple[str, str, str, str]]:
    for table in [*tables(Edition.DISTRICT), *tables(Edition.STATE)]:
        for column in table.columns:
            codes = "; ".join(f"{code} = {label}" for code, label in column.flatchoices)
            yield table.name, column.attname, str(column.verbose_name), codes


def _cell(value: Any) -> str:
    """A value with one spelling, whatever the database."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat()
        case datetime.date():
            return value.isoformat()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)


@contextmanager
def _one_moment(edition: Edition) -> Iterator[None]:
    """Every row as it stands now, whatever is written meanwhile. PostgreSQL has to be asked for it,
    before anything else in the transaction.
    """
    connection = connections[edition.value]
    is_first = connection.vendor == "postgresql" and not connection.in_atomic_block
    with transaction.atomic(using=edition.value):
        if is_first:
            with writing_state(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
