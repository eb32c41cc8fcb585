"""What is kept of a file of records that was sent: the columns of its layout (R-IMP-24)."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import default_storage

from cte_portal.batches.models import Batch
from pathways.files.layout import CTE_END_OF_YEAR, CTE_FALL
from pathways.models import Student
from pathways.uploads.cleaning import keep
from tests.fixtures.uploads import HEADER, Upload, file, line
from tests.pathways.roster.stored import stored_files, texts_of

SECRETS = ("hunter2", "race-z9", "Mother Terry")


def wide(row: str) -> str:
    """With one more column in the middle and two behind the last."""
    cells = row.split("\t")
    return "\t".join([*cells[:6], SECRETS[0], *cells[6:], *SECRETS[1:]])


@pytest.mark.parametrize("is_known", [True, False])
def test_columns_beside_the_layout_are_stored_nowhere(
    is_known: bool, upload: Upload, kayla: Student, caplog: pytest.LogCaptureFixture
) -> None:
    """The line is refused as it was, with its number, its width and whose it is."""
    header = f"{HEADER}\t{SECRETS[1]}" if is_known else f"Name\t{SECRETS[0]}"
    with caplog.at_level("DEBUG"):
        done = upload(file(line(), wide(line(start="07/15/2022")), header=header))
    if is_known:
        assert done.errors == [(3, "CTE-401")] and done.counts["new"] == 1
        assert "This line has 19 columns. The layout has 16" in done.content("report.csv").decode()
        assert "999000123" in done.content("rejected.tsv").decode()
    else:
        assert "is not the header record" in done.refused
        assert stored_files(f"batches/{done.batch.pk}") == []
    whole = "\n".join([caplog.text, *texts_of(done.batch)])
    assert not [word for word in SECRETS if word in whole]


def test_a_file_of_the_layout_is_kept_as_it_was_sent(upload: Upload, kayla: Student) -> None:
    content = file(line(first="José"), end="\r").decode().encode("cp1252")
    with default_storage.open(upload(content).batch.input_file) as kept:
        assert kept.read() == content


def test_the_way_a_file_was_read_is_said_of_what_is_kept_too(
    upload: Upload, kayla: Student
) -> None:
    rows = line(), f"{wide(line(first='José'))}\r"
    done = upload(file(*rows).decode().encode("cp1252") + b"\x1a")
    for words in ("Windows-1252 letters", "Different line endings", "character (1A)"):
        assert words in done.adjusted


def test_lines_stay_where_they_are(db: None) -> None:
    """Of both layouts; cleaned again, it is as before."""
    for layout, type_ in ((CTE_END_OF_YEAR, "cte-eoy"), (CTE_FALL, "cte-fall")):
        row = "\t".join(column.example for column in layout.columns)
        lines = ["", HEADER, "", row, "\t".join([row, *SECRETS]), row[:9], "x" * 30_000, row]
        batch = Batch(options={"type": type_})
        kept = keep(io.BytesIO("\r\n".join(lines).encode()), batch)
        assert kept is not None
        kept.seek(0)
        texts = kept.read().decode().split("\n")
        assert [texts[at] for at in (0, 1, 2, 3, 5, 7)] == [lines[at] for at in (0, 1, 2, 3, 5, 7)]
        assert len(texts[4].split("\t")) == len(layout.columns) + 3 and len(texts[6]) > 20_000
        assert row.split("\t")[layout.position("student")] in texts[4]
        again = keep(kept, batch)
        assert again is not None
        again.seek(0)
        assert again.read().decode().split("\n") == texts


def test_a_line_too_long_is_a_header_record_or_titles_all_the_same() -> None:
    """Or empty: as it was read before anything was taken out of it."""
    titles = "\t".join(CTE_END_OF_YEAR.names)
    lines = [f"{text}\t{'x' * 30_000}" for text in (titles, HEADER, line())]
    kept = keep(io.BytesIO("\n".join(lines).encode()), Batch(options={"type": "cte-eoy"}))
    assert kept is not None
    kept.seek(0)
    first, second, third = kept.read().decode().split("\n")[:3]
    assert (first, second) == (titles, HEADER) and len(third) > 20_000
