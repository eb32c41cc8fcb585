"""Roster files that somebody made to do harm, or that a bad disk made: each is refused in a
sentence, at the first attempt, in little memory.
"""

from __future__ import annotations

import errno
import io
import struct
import tracemalloc
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage

from cte_portal.batches.models import Batch
from pathways.files.text import FileRefused
from pathways.roster.imports import batch as module
from tests.pathways.roster.conftest import STUDENTS, Desk

pytestmark = pytest.mark.django_db(databases=["default", "state"])


def zip_of(content: bytes, name: str = "students.csv", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as archive:
        archive.writestr(name, content)
    return into.getvalue()


def refused(desk: Desk, content: bytes | str) -> str:
    batch = desk.send(content)
    assert (batch.attempt, "refused" in batch.result) == (1, True), batch.sentence
    return batch.sentence


def test_a_zip_whose_packed_bytes_are_broken_is_called_damaged(desk: Desk) -> None:
    """A2-04: three attempts, then *the portal could not do this*."""
    damaged = bytearray(zip_of(STUDENTS.encode() * 50))
    start = damaged.find(b"students.csv") + len("students.csv")
    damaged[start : start + 30] = bytes(byte ^ 0x5A for byte in damaged[start : start + 30])
    assert "damaged" in refused(desk, bytes(damaged))


def test_a_zip_with_a_name_that_is_no_text_is_called_damaged(desk: Desk) -> None:
    """A2-05."""
    assert "damaged" in refused(
        desk, zip_of(STUDENTS.encode(), "éé.csv").replace("éé".encode(), b"\xff\xfe\xff\xfe")
    )


def test_a_zip_that_asks_for_a_version_to_come_is_called_damaged(desk: Desk) -> None:
    """A2-05."""
    content = bytearray(zip_of(STUDENTS.encode()))
    content[content.rfind(b"PK\x01\x02") + 6] = 200
    assert "damaged" in refused(desk, bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_kind_of_packing_that_unpacks_gigabytes_at_once_is_not_unpacked(
    desk: Desk, method: int
) -> None:
    """A2-01, A2-02."""
    assert "This kind of zip cannot be read" in refused(
        desk, zip_of(STUDENTS.encode(), method=method)
    )


def test_a_zip_with_a_long_list_of_files_is_not_read_into_memory(desk: Desk) -> None:
    """A2-10."""
    entry = zip_of(b"", "x.csv")
    at = entry.find(b"PK\x01\x02")
    member, listed = entry[:at], entry[at : entry.find(b"PK\x05\x06")]
    number = 60_000
    record = struct.pack(
        "<4s4H2LH",
        b"PK\x05\x06",
        0,
        0,
        number & 0xFFFF,
        number & 0xFFFF,
        len(listed) * number,
        len(member),
        0,
    )
    content = member + listed * number + record
    tracemalloc.start()
    assert "too many files" in refused(desk, content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 6 * len(content)  # read into a list of entries it would be more than thirty times


@pytest.mark.parametrize("name", ["n" * 60_000 + ".csv", "a\u202e\x01b" * 50 + ".csv"])
def test_a_long_or_hidden_name_in_a_zip_is_shown_short_and_plain(desk: Desk, name: str) -> None:
    """A2-06, A2-09."""
    sentence = refused(desk, zip_of(b"nothing,here\r\n1,2\r\n", name))
    assert len(sentence) < 300
    assert sentence.isprintable()


@pytest.mark.parametrize(
    "name",
    ["..\\..\\../students.csv", "/etc/students.csv", "C:\\students.csv", "a/../../students.csv"],
)
def test_a_path_out_of_a_zip_is_refused(desk: Desk, name: str) -> None:
    """A2-09: neither of Linux nor of Windows."""
    sentence = refused(desk, zip_of(STUDENTS.encode(), name))
    assert "a place outside of itself for students.csv" in sentence


def test_a_folder_in_a_zip_is_no_path_in_what_comes_back(desk: Desk) -> None:
    """A2-09."""
    batch = desk.send(
        zip_of(STUDENTS.replace("01/31/2007", "13/31/2007").encode(), "export/fall\\students.csv")
    )
    file = batch.files.get(role="rejected.zip")
    with zipfile.ZipFile(io.BytesIO(_content(file.stored))) as archive:
        assert archive.namelist() == ["1 students.csv"]


def _content(stored: str) -> bytes:
    with default_storage.open(stored) as file:
        return bytes(file.read())


def test_a_bomb_is_refused_before_it_is_unpacked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zip_of(b"0" * (2 << 20))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    assert "300 times its size" in refused(desk, content)


def test_a_file_that_says_to_be_ten_gigabytes_is_refused_before_it_is_unpacked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(zip_of(STUDENTS.encode(), method=zipfile.ZIP_STORED))
    sizes = content.rfind(b"PK\x01\x02") + 20
    content[sizes : sizes + 8] = struct.pack("<2L", 4_000_000_000, 4_000_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    assert "Once unzipped, the files are larger than" in refused(desk, bytes(content))


def test_files_that_are_too_large_only_together_are_refused(
    desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOAD_MAX_MB = 1
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, "0" * 700_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    assert "Once unzipped, the files are larger than 1 MB" in refused(desk, into.getvalue())


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("students.csv", "STUDENTS.CSV"), "contains STUDENTS.CSV twice"),
        (("a/students.csv", "b/students.csv"), "contains students.csv twice"),
        (("students.csv", "more.zip"), "another zip, more.zip"),
        (("students.csv", "users.json"), "JSON is not read"),
        (("students.csv", "run.exe"), "contains run.exe"),
        (tuple(f"{number}.csv" for number in range(41)), "contains 41 files"),
        ((), "The zip is empty"),
    ],
)
def test_what_does_not_belong_in_a_zip_is_refused_by_its_name(
    desk: Desk, names: tuple[str, ...], words: str
) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name in names:
            archive.writestr(name, STUDENTS)
    assert words in refused(desk, into.getvalue())


def test_a_zip_with_a_password_is_refused(desk: Desk) -> None:
    content = bytearray(zip_of(STUDENTS.encode()))
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    assert "protected by a password" in refused(desk, bytes(content))


def test_what_a_mac_puts_beside_the_files_is_passed_over(desk: Desk) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("export/students.csv", STUDENTS)
        archive.writestr("__MACOSX/export/._students.csv", "\x00")
        archive.writestr("export/.DS_Store", "\x00")
    assert desk.send(into.getvalue()).status == "completed"


def test_a_title_with_a_zero_byte_keeps_no_rows_back(desk: Desk) -> None:
    """A2-16: on PostgreSQL the job failed three times, as no text there holds a zero byte."""
    titles, _, rows = STUDENTS.partition("\n")
    batch = desk.send(f"{titles},ex\x00tra\n" + "".join(f"{row},1\n" for row in rows.splitlines()))
    assert (batch.status, batch.attempt) == ("completed", 1)
    assert "extra" in " ".join(batch.result["notices"])


def test_a_column_that_stands_twice_under_a_long_title_is_refused_in_a_sentence(desk: Desk) -> None:
    """A2-07."""
    titles, _, rows = STUDENTS.partition("\n")
    sentence = refused(desk, f"{titles},{'-' * 5000}Gender\n{rows}")
    assert "twice" in sentence
    assert len(sentence) < 300


def test_a_full_disk_is_no_damaged_zip(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A2-11: it waits for room, as every job does."""

    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def parts_of(*sent: Any) -> Any:
        monkeypatch.setattr("pathways.roster.imports.recognizing.tempfile.TemporaryFile", Full)
        return unpack(*sent)

    unpack = module.parts_of
    monkeypatch.setattr(module, "parts_of", parts_of)
    batch = desk.send(zip_of(STUDENTS.encode()))
    assert (batch.status, batch.stage) == ("queued", "Waiting for disk space")


def test_whatever_a_job_says_fits_its_columns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A2-07: too long a sentence or a zero byte does not turn an end into a failure, whichever kind
    of job says it.
    """

    def parts_of(*_: Any) -> Any:
        raise FileRefused("x\x00" * 500)

    monkeypatch.setattr(module, "parts_of", parts_of)
    sent: Batch = desk.send(STUDENTS)
    assert len(sent.sentence) == 400
    assert "\x00" not in sent.sentence + str(sent.result["refused"])
