"""What is signed and sealed, in one canonical text: the same on either database, and moved by every
field (C-38).
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import tracemalloc
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.collections.chosen import collection_of_copy
from certification.collections.fall.counts import counts_of as leaver_counts
from certification.collections.fall.counts import counts_of_form_2
from certification.collections.fall.description import OutcomeRowOfForm2
from certification.collections.figures import counts_of
from certification.models import CertificationEvent, Round, SealedCopy, Signature
from certification.signing.sealing import differences
from certification.signing.signed_text import Document, of_copy, seal_of
from certification.triggers import OUTCOME_TRIGGERS, PROOF_TRIGGERS, TRIGGERS
from cte_portal.accounts.models import User
from pathways.ledger.canonical import CanonicalRow
from pathways.models import Student
from pathways.reports.leavers.rows import OutcomeRow
from tests.certification.either import ready_for
from tests.fixtures.certification import make_round, seal_records
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import BUSINESS, District_

DAY = datetime.date(2024, 8, 21)
ROW = CanonicalRow(
    "999000123",
    "40123",
    "Anderson",
    "Kayla",
    "Rae",
    datetime.date(2007, 1, 2),
    "F",
    "12",
    "0101",
    "High School",
    "10",
    "Health Professions",
    True,
    False,
    DAY,
    Decimal("2.50"),
    Decimal("0.00"),
    Decimal("2.50"),
    Decimal("1.00"),
    Decimal("0.00"),
    DAY,
    "MARTIN, CHERYL",
    2025,
)
LEAVER = OutcomeRow(
    "999000123",
    "40123",
    "Anderson",
    "Kayla",
    "Rae",
    datetime.date(2007, 1, 2),
    "F",
    "0101",
    "High School",
    2025,
    "graduate",
    datetime.date(2025, 5, 25),
    "400",
    "05 Business Management\n10 Health Professions",
    "9012-2025-EOY-1",
    "01",
    "Postsecondary education",
    True,
    True,
    datetime.date(2025, 11, 12),
    "attempt",
    "phone",
    2,
    False,
    False,
)
AT = datetime.datetime(2025, 6, 12, 18, 0, tzinfo=datetime.UTC)


def document(**values: Any) -> Document:
    own: dict[str, Any] = {
        "form": 1,
        "collection": "cte-eoy",
        "end_year": 2025,
        "district": "9012",
        "round": 1,
        "statements": ["I have reviewed the counts above."],
        "rules": [["CTE-131", "error", "Concentrator"]],
        "rules_hash": "ab" * 32,
        "rows": [ROW],
        "counts": counts_of([ROW]),
        "findings": [
            {
                "rule": "CTE-501",
                "severity": "warning",
                "state_id": "999000123",
                "pathway": "Health Professions",
                "value": "2.50",
            }
        ],
        "explanations": [{"rule": "CTE-501", "reason": "Summer school"}],
    }
    return Document(**{**own, **values})


def copy(**values: Any) -> SealedCopy:
    own: dict[str, Any] = {
        "receipt": "9012-2025-EOY-1",
        "event_name": "End of Year",
        "district_name": "Cottonwood Bend",
        "sealed_at": AT,
        "sent_at": AT,
        "generation": 3,
        "notes": [],
    }
    return SealedCopy(**{**own, **values})


def signature(**values: Any) -> Signature:
    own: dict[str, Any] = {
        "name": "DOE, JANE",
        "job_title": "Superintendent",
        "level": "primary",
        "method": "password",
        "signed_at": AT,
        "late": False,
        "digest": "cd" * 32,
        "statements": ["I have reviewed the counts above."],
        "notes": [],
    }
    return Signature(**{**own, **values})


def test_the_canonical_form_is_as_documented() -> None:
    """A golden value: whoever holds a receipt can compute it again from the published form, in any
    language.
    """
    text = b"\n".join(document().lines()).decode()
    assert text.startswith("cte-portal certification 1\ncte-eoy 2025 9012 round 1\nstatements 1\n")
    assert (
        "999000123\t40123\tAnderson\tKayla\tRae\t2007-01-02\tF\t12\t0101\tHigh School\t10\tHealth"
        " Professions\tt\tf\t2024-08-21\t2.50\t" in text
    )
    assert '{"reason":"Summer school","rule":"CTE-501"}' in text
    assert document().digest == "3b2cb9be1e58e6fae945fd1ecbc704697b0d60046a5fad7cbb27db6648f4c918"
    assert (
        seal_of(document(), copy(), [signature()])
        == "a1d5ed8dfcaf0915de360875cde2c55e0659410e85e295b1e0de29c2dea1bbaa"
    )


def test_the_canonical_form_of_fall_cte_is_as_documented() -> None:
    """A golden value of form 3."""
    own = fall_document(form=3, rows=[LEAVER], counts=leaver_counts([LEAVER]))
    text = b"\n".join(own.lines()).decode()
    assert text.startswith("cte-portal certification 3\ncte-fall 2025 9012 round 1\nstatements 1\n")
    assert "400\t05 Business Management\\n10 Health Professions\t9012-2025-EOY-1\t01\t" in text
    assert own.digest == "d407fe4460ad4cfe81d27fb3c5f26490e3d97c9893639a8afaab990590ad718d"


def test_form_2_of_fall_cte_is_read_as_it_was_sealed() -> None:
    """A golden value from before a line said whom OPI counts in another district."""
    leaver = OutcomeRowOfForm2(*LEAVER)
    own = fall_document(form=2, rows=[leaver], counts=counts_of_form_2([leaver]))
    assert own.digest == "2f580ca6194fb88e00b8558327d09cce501ceed5359adef552cfb8d36e2d2271"


def fall_document(**values: Any) -> Document:
    return document(
        collection="cte-fall",
        rules=[["01", "placed", "Postsecondary education"]],
        findings=[],
        explanations=[],
        **values,
    )


def other(value: Any, salt: str) -> Any:
    """Something that differs from `value` and is of its kind."""
    match value:
        case bool():
            return not value
        case Decimal():
            return value + Decimal("0.01")
        case int():
            return value + 1
        case datetime.datetime():
            return value + datetime.timedelta(microseconds=1)
        case datetime.date():
            return value + datetime.timedelta(days=1)
        case str():
            return value + (salt or "x")
        case _:
            return [*value, "x"] if isinstance(value, list | tuple) else {**value, "x": salt}


SALT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=5)


@pytest.mark.parametrize("signed", [ROW, LEAVER], ids=["End of Year", "Fall CTE"])
@given(data=st.data(), salt=SALT)
def test_c_38_each_field_of_a_record_moves_the_digest(
    signed: CanonicalRow | OutcomeRow, data: st.DataObject, salt: str
) -> None:
    at = data.draw(st.integers(0, len(signed) - 1))
    row = (*signed[:at], other(signed[at], salt), *signed[at + 1 :])
    assert document(rows=[row]).digest != document(rows=[signed]).digest, signed._fields[at]


@given(name=st.sampled_from(sorted(document().__dict__)), salt=SALT)
def test_each_part_of_what_is_signed_moves_the_digest(name: str, salt: str) -> None:
    own = document()
    value = (
        [*own.rows, ROW._replace(pathway_code="11")]
        if name == "rows"
        else other(getattr(own, name), salt)
    )
    assert replace(own, **{name: value}).digest != own.digest


@given(
    name=st.sampled_from(
        ["receipt", "event_name", "district_name", "sealed_at", "sent_at", "generation", "notes"]
    ),
    salt=SALT,
)
def test_each_part_of_the_receipt_moves_the_seal(name: str, salt: str) -> None:
    assert seal_of(
        document(), copy(**{name: other(getattr(copy(), name), salt)}), [signature()]
    ) != seal_of(document(), copy(), [signature()])


@given(
    name=st.sampled_from(
        [
            "name",
            "job_title",
            "level",
            "method",
            "signed_at",
            "late",
            "digest",
            "statements",
            "notes",
            "proof",
        ]
    ),
    salt=SALT,
)
def test_each_part_of_a_signature_moves_the_seal(name: str, salt: str) -> None:
    changed = signature(**{name: other(getattr(signature(), name) or {}, salt)})
    assert seal_of(document(), copy(), [changed]) != seal_of(document(), copy(), [signature()])
    assert seal_of(document(), copy(), []) != seal_of(document(), copy(), [signature()])


@given(order=st.permutations(range(4)))
@settings(max_examples=10)
def test_the_order_in_which_a_database_answers_does_not_matter(order: list[int]) -> None:
    rows = [ROW._replace(state_id=f"99900012{number}") for number in range(4)]
    assert document(rows=[rows[at] for at in order]).digest == document(rows=rows).digest


@pytest.fixture
@stands
def sealed(
    request: pytest.FixtureRequest,
    cottonwood: District_,
    event: CertificationEvent,
    clerk: User,
    kayla: Student,
) -> SealedCopy:
    collection = getattr(request, "param", "cte-eoy")
    ready = ready_for(collection, cottonwood, event, clerk, kayla)
    ready.record(kayla, BUSINESS)
    ready.prepare()
    ready.sign()
    return ready.copies.get()


both_sealed = pytest.mark.parametrize("sealed", ["cte-eoy", "cte-fall"], indirect=True)


def tamper(*statements: str) -> None:
    """What nobody can do through the portal, and the database refuses: its owner lifts the triggers
    first.
    """
    for triggers in (TRIGGERS, OUTCOME_TRIGGERS, PROOF_TRIGGERS):
        triggers.drop(connection)
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        for triggers in (TRIGGERS, OUTCOME_TRIGGERS, PROOF_TRIGGERS):
            triggers.create(connection)


@pytest.mark.parametrize(
    ("sealed", "statement", "words"),
    [
        (
            "cte-fall",
            "UPDATE certification_sealedoutcome SET status = '05'",
            "seal covers different data",
        ),
        (
            "cte-fall",
            "UPDATE certification_sealedoutcome SET is_placed = NOT is_placed",
            "counts of the records differ",
        ),
        (
            "cte-fall",
            "UPDATE certification_sealedoutcome SET attempts = attempts + 1",
            "signature of DOE, JANE",
        ),
        ("cte-fall", "DELETE FROM certification_sealedoutcome", "counts of the records differ"),
        (
            "cte-eoy",
            """UPDATE certification_signature SET proof = '{"issuer": "https://other"}'""",
            "seal covers different data",
        ),
        (
            "cte-fall",
            "UPDATE certification_signature SET name = 'SOMEBODY, ELSE'",
            "seal covers different data",
        ),
        (
            "cte-eoy",
            (
                "UPDATE certification_sealedrecord SET concentrator = NOT concentrator WHERE"
                " pathway_code = '10'"
            ),
            "seal covers different data",
        ),
        (
            "cte-eoy",
            (
                "UPDATE certification_sealedrecord SET in_district_credits = in_district_credits +"
                " 0.01"
            ),
            "signature of DOE, JANE",
        ),
        (
            "cte-eoy",
            "DELETE FROM certification_sealedrecord WHERE pathway_code = '10'",
            "counts of the records differ",
        ),
        (
            "cte-eoy",
            "UPDATE certification_sealedcopy SET receipt = '9012-2025-EOY-9'",
            "seal covers different data",
        ),
        (
            "cte-eoy",
            "UPDATE certification_signature SET name = 'SOMEBODY, ELSE'",
            "seal covers different data",
        ),
        (
            "cte-eoy",
            (
                "UPDATE certification_signature SET signed_at = sealed_at FROM"
                " certification_sealedcopy"
            ),
            "seal covers different data",
        ),
    ],
    indirect=["sealed"],
)
def test_c_38_verify_sealed_names_what_was_tampered_with(
    statement: str, words: str, sealed: SealedCopy
) -> None:
    tamper(statement)
    receipt = SealedCopy.objects.get(pk=sealed.pk).receipt
    printed = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_sealed", json=True, stdout=printed)
    copies = json.loads(printed.getvalue())["sealed"]
    (sealed_copy,) = [line for line in copies if line["receipt"] == receipt]
    assert ended.value.code == 1 and any(
        words in sentence for sentence in sealed_copy["differs"]
    ), sealed_copy


@both_sealed
def test_c_38_verify_sealed_names_the_record(sealed: SealedCopy) -> None:
    """One changed, one put in, one taken out: the first two by their keys, which name no student,
    and the third by the counts.
    """
    row: Any = collection_of_copy(sealed).sealed
    table, word = row._meta.db_table, str(row._default_manager.first()).rpartition(" ")[0]
    first, *others = row._default_manager.filter(copy=sealed).values_list("pk", flat=True)
    columns = ", ".join(
        field.column for field in row._meta.concrete_fields if field.name not in ("id", "state_id")
    )
    school = row._default_manager.get(pk=first).school_number
    tamper(f"UPDATE {table} SET school_number = '9999' WHERE id = {first}")
    assert f"differs from the seal: {word} {first}" in differences(sealed)
    tamper(f"UPDATE {table} SET school_number = '{school}' WHERE id = {first}")
    assert differences(sealed) == []
    tamper(
        f"INSERT INTO {table} (state_id, {columns}) SELECT '999000999',"
        f" {columns} FROM {table} WHERE id = {first}"
    )
    added = row._default_manager.get(state_id="999000999").pk
    names = differences(sealed)
    assert (
        f"differs from the seal: {word} {added}" in names
        and "the seal covers different data" in names
    )
    taken_out = others[0] if others else first
    tamper(f"DELETE FROM {table} WHERE id IN ({added}, {taken_out})")
    assert "the counts of the records differ from those sealed" in differences(sealed)


@both_sealed
def test_verify_sealed_ends_with_0_or_1(sealed: SealedCopy) -> None:
    """The follow-up's list is drawn from a copy that the test has made by hand: it differs anyway."""
    table = collection_of_copy(sealed).sealed._meta.db_table

    def verify() -> tuple[int, str]:
        printed = StringIO()
        try:
            call_command("verify_sealed", stdout=printed)
        except SystemExit as ended:
            return int(ended.code or 0), printed.getvalue()
        return 0, printed.getvalue()

    by_hand = SealedCopy.objects.count() - 1
    code, printed = verify()
    assert f"{sealed.receipt}  matches its seal" in printed and code == bool(by_hand)
    tamper(f"UPDATE {table} SET school_number = '9999'")
    code, printed = verify()
    every = SealedCopy.objects.count()
    assert code == 1 and f"{every} sealed, {every} differ" in printed
    assert "999000123" not in printed and "Anderson" not in printed, (
        "no student stands in what a log may keep"
    )


@pytest.mark.fresh
def test_verify_sealed_holds_one_copy_at_a_time(
    cottonwood: District_, event: CertificationEvent
) -> None:
    cottonwood.record_each([cottonwood.student(f"9992{number:05d}") for number in range(200)])

    def verify() -> None:
        with contextlib.suppress(SystemExit):
            call_command("verify_sealed", stdout=StringIO())

    def peak() -> int:
        tracemalloc.start()
        verify()
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    def seal_again(number: int) -> None:
        seal_records(make_round(event, number=number), cottonwood.scope)
        Round.objects.update(status="superseded")

    seal_again(1)
    verify()  # what is loaded for the first one stays
    lowest = peak()
    for number in range(2, 9):
        seal_again(number)
    assert SealedCopy.objects.count() == 8 and peak() < 1.35 * lowest


@both_sealed
def test_what_was_sealed_reads_back_as_it_was_signed(sealed: SealedCopy) -> None:
    assert of_copy(sealed).digest == Signature.objects.get().digest and differences(sealed) == []


@both_sealed
def test_anybody_can_recompute_seal_and_signature_from_the_text(sealed: SealedCopy) -> None:
    """With sha256sum alone, as docs/adr/0007 says."""
    written = StringIO()
    call_command("verify_sealed", text=sealed.receipt, stdout=written)
    text = written.getvalue().encode()
    assert hashlib.sha256(text).hexdigest() == sealed.digest
    signed, mark, _ = text.partition(b"\nseal 1\n")
    assert mark and hashlib.sha256(signed + b"\n").hexdigest() == Signature.objects.get().digest
    with pytest.raises(CommandError, match="no sealed copy"):
        call_command("verify_sealed", text="9012-1999-EOY-1")
