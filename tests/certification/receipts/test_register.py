"""The register of seals: by a file outside of the database, a seal that was removed whole is
seen.
"""

from __future__ import annotations

import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from certification.collections.chosen import collection_of_copy
from certification.models import SealedCopy
from certification.receipts.register import Register, RegisterIsDamaged
from cte_portal.watch.models import Checkup
from tests.certification.either import both, ready
from tests.certification.ready import Ready
from tests.certification.signing.test_signed_text import tamper
from tests.fixtures.quick.standing import stands

__all__ = ["ready"]
SEALS = [
    ("9012-2025-EOY-1", "a" * 64),
    ("9014-2025-EOY-1", "b" * 64),
    ("9016-2025-EOY-1", "c" * 64),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.txt"


@pytest.fixture
@stands
def sealed(ready: Ready) -> SealedCopy:
    ready.sign()
    return ready.copies.get()


def verify(path: Path) -> tuple[int, dict[str, Any]]:
    printed = StringIO()
    try:
        call_command("verify_sealed", register=path, json=True, stdout=printed)
    except SystemExit as end:
        return int(end.code or 0), json.loads(printed.getvalue())["register"]
    return 0, json.loads(printed.getvalue())["register"]


@both
def test_a_seal_that_was_removed_whole_is_named(sealed: SealedCopy, path: Path) -> None:
    every = SealedCopy.objects.count()
    assert verify(path)[1] == {"differs": [], "added": every}
    assert verify(path)[1] == {"differs": [], "added": 0}
    table = collection_of_copy(sealed).sealed._meta.db_table
    tamper(
        f"DELETE FROM {table} WHERE copy_id = {sealed.pk}",
        f"DELETE FROM certification_sealedcopy WHERE id = {sealed.pk}",
    )
    code, register = verify(path)
    assert code == 1 and register["differs"] == [f"{sealed.receipt}  in the register, missing here"]
    check = Checkup.objects.get(name="verify_sealed")
    assert not check.good and "1 of the register's seals is missing" in check.sentence


@both
def test_a_seal_rewritten_with_its_digest_is_named(sealed: SealedCopy, path: Path) -> None:
    verify(path)
    tamper(f"UPDATE certification_sealedcopy SET digest = '{'d' * 64}' WHERE id = {sealed.pk}")
    code, register = verify(path)
    assert code == 1 and register["differs"] == [
        f"{sealed.receipt}  has another seal than in the register"
    ]


def test_a_register_that_was_touched_is_refused_and_left_as_it_is(
    sealed: SealedCopy, path: Path
) -> None:
    Register({}).add_to(path, SEALS)
    before = path.read_text().replace("b" * 64, "e" * 64)
    path.write_text(before)
    with pytest.raises(CommandError, match="Line 3 was changed"):
        call_command("verify_sealed", register=path, stdout=StringIO())
    assert path.read_text() == before and not Checkup.objects.get(name="verify_sealed").good


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [lines[0], lines[2], lines[1], lines[3]],
        lambda lines: [*lines, lines[1]],
        lambda lines: [*lines[:3], lines[3] + " "],
        lambda lines: [*lines[:2], "", *lines[2:]],
        lambda lines: lines[1:],
        lambda lines: [],
        lambda lines: ["\udcff"],
    ],
)
def test_a_line_taken_out_moved_or_doubled_is_noticed(damage: Any, path: Path) -> None:
    Register({}).add_to(path, SEALS)
    lines = damage(path.read_text().splitlines())
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(errors="surrogateescape"))
    with pytest.raises(RegisterIsDamaged):
        Register.read(path)


def test_the_register_grows_and_keeps_what_it_has(path: Path) -> None:
    assert Register.read(path).add_to(path, SEALS[:2]) == 2
    first = path.read_text()
    assert Register.read(path).add_to(path, SEALS) == 1
    assert path.read_text().startswith(first)
    assert Register.read(path).digests == dict(SEALS)
    assert Register.read(path).differences(dict(SEALS)) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_register_that_cannot_be_written_is_said_so(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="The register of seals cannot be used"):
        call_command("verify_sealed", register=tmp_path / "no" / "register", stdout=StringIO())
