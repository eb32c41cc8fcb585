"""MT Extracts, CTE End of Year: the file's lines, whoever puts them together."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

from django.utils import timezone

from pathways.files import extract
from tests.fixtures.records import BUSINESS, HEALTH, District_


def test_postgresql_writes_the_very_bytes_that_python_does(cottonwood: District_) -> None:
    """Whatever names hold, each value stays in its column and each record on its line."""
    names = (
        "Ånders\tson",
        "back\\slash\\t",
        "Line\r\nbreak",
        'Quo"te',
        "\x0bpage\x0c\b",
        "\\.",
        "",
    )
    for number, last in enumerate(names):
        student = cottonwood.student(f"99900012{number}", last, f"'{last}", local_id=f"\\{number}")
        cottonwood.record(
            student,
            (HEALTH, BUSINESS)[number % 2],
            concentrator=number > 2,
            single_parent=number > 3,
            start_date=datetime.date(1950 + number, 1, 2),
            in_district_credits=Decimal(number),
            out_of_district_credits=Decimal("0.5"),
        )
    into, by_hand = io.BytesIO(), io.BytesIO()
    assert extract.write(into, cottonwood.scope, "tsv") == len(names)
    rows = list(extract.rows(cottonwood.scope))
    extract.write_lines(by_hand, rows, "tsv", at=timezone.localtime())
    header, _, lines = into.getvalue().partition(b"\n")
    assert header.startswith(b"HD\t") and lines == by_hand.getvalue().partition(b"\n")[2]
    last = next(line for line in lines.split(b"\n") if b"999000123" in line)
    assert last.decode().split("\t") == [
        *("CE", "9012", "999000123", "\\3", 'Quo"te', "'Quo\"te", "05"),
        *("Y", "N", "01/02/1953", "3.50", "3.00", "0.50", "0.00", "0.00", "2025"),
    ]
