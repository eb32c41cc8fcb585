"""Every CSV file that leaves the portal is written here: for a spreadsheet, which must take no text
for a formula and read its letters.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from django.http import StreamingHttpResponse

CONTENT_TYPE = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the letters for those of its own alphabet
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # the full-width signs begin one too, in some languages
AT_ONCE = 500  # rows


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def write(into: IO[bytes], titles: Sequence[str], rows: Iterable[Iterable[object]]) -> int:
    """Returns the number of rows, without the titles."""
    return sum(1 for _ in written(into, titles, rows))


def written(into: IO[bytes], titles: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[Any]:
    """The rows again, each when it has been written: for what else is made of them. The file is
    whole when the last one was taken.
    """
    text = io.TextIOWrapper(into, encoding="utf-8", newline="", write_through=False)
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow(map(safe, titles))
    for row in rows:
        writer.writerow([safe(str(cell)) for cell in row])
        yield row
    text.flush()
    text.detach()


def download(
    name: str, titles: Sequence[str], rows: Iterable[Iterable[object]]
) -> StreamingHttpResponse:
    """The file as an answer, made while it is sent."""
    answer = StreamingHttpResponse(_parts(titles, rows), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _parts(titles: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    writer.writerow(map(safe, titles))
    for number, row in enumerate(rows, 1):
        writer.writerow([safe(str(cell)) for cell in row])
        if number % AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
