"""An event's collection chooses what is asked, sealed and shown; it is asked everywhere alike
(design D7).
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from django.test import Client

from certification.board import perkins
from certification.collections import chosen
from certification.collections.chosen import COLLECTIONS, FALL, FALL_OF_RELEASE_0_1_0
from certification.collections.collection import Collection
from certification.collections.end_of_year import END_OF_YEAR
from certification.collections.fall.description import FALL_OF_FORM_2, OutcomeRowOfForm2
from certification.models import CertificationEvent, SealedCopy, Signature
from certification.receipts.receipts import receipt_url
from certification.review.since import Since
from certification.signing import sealing
from certification.signing.gates import GATES
from certification.signing.refusals import NotReady
from certification.student_files.student_file import StudentFile
from cte_portal.accounts.models import User
from pathways.ledger import canonical
from pathways.models import CollectionLock, Student
from tests.certification.ready import Ready
from tests.certification.ready_fall import ReadyFall
from tests.fixtures.certification import make_fall_event
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import BUSINESS, District_
from tests.pathways.desk import text


@pytest.fixture
@stands
def ready(cottonwood: District_, event: CertificationEvent, clerk: User, kayla: Student) -> Ready:
    ready_case = Ready(cottonwood, event, clerk)
    ready_case.record(kayla)
    ready_case.prepare()
    return ready_case


def test_every_collection_of_an_event_is_described_and_asks_known_gates() -> None:
    assert set(COLLECTIONS) == set(CollectionLock.Collection.values)
    known = [gate.slug for gate in GATES]
    for collection in COLLECTIONS.values():
        assert [slug for slug in known if slug in collection.gates] == list(collection.gates)
        assert set(collection.key) < set(collection.columns)
        fields = {field.name for field in collection.sealed._meta.local_fields}
        assert set(collection.columns) <= fields and set(collection.columns) <= set(
            collection.labels
        )


def test_a_gate_that_the_collection_does_not_name_is_not_asked_by_page_or_signature(
    ready: Ready, kayla: Student, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.record(kayla, BUSINESS)
    assert ready.missing() == ["sent", "match"]
    with pytest.raises(NotReady):
        ready.sign()
    fewer = tuple(slug for slug in END_OF_YEAR.gates if slug not in ("sent", "match"))
    monkeypatch.setitem(chosen.COLLECTIONS, END_OF_YEAR.slug, replace(END_OF_YEAR, gates=fewer))
    client.force_login(ready.primary.user)
    page = text(client.get(ready.case().path))
    assert "District and state differ" not in page
    assert ready.sign().sealed


def test_a_fall_seal_of_release_0_1_0_is_read_and_verified(
    ready: Ready, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made of End of Year's records, under a number of its own."""
    CertificationEvent.objects.update(collection=FALL.slug, name="Fall CTE 2024-25")
    ready.event.refresh_from_db()
    with monkeypatch.context() as release:
        release.setitem(chosen.COLLECTIONS, FALL.slug, FALL_OF_RELEASE_0_1_0)
        ready.sign()
    copy = SealedCopy.objects.get()
    assert copy.receipt == "9012-2025-FALL-1" and sealing.differences(copy) == []
    client.force_login(ready.primary.user)
    for address in (receipt_url(copy), ready.case().path, f"{ready.case().path}snapshot/"):
        page = text(client.get(address))
        assert copy.receipt in page and "Health Professions" in page
    assert "No sealed copy to compare with" in text(client.get(f"{ready.case().path}changes/"))


def fall_as_of_form_2() -> Collection:
    """As it was signed before a line said whom OPI counts in another district."""
    return replace(
        FALL_OF_FORM_2,
        rows=lambda scope: (OutcomeRowOfForm2(*row) for row in FALL.rows(scope)),
        digest=lambda scope: canonical.digest_of(
            sorted(canonical.line(OutcomeRowOfForm2(*row)) for row in FALL.rows(scope))
        ),
    )


def test_a_waiting_signature_of_form_2_is_asked_for_again_in_words_that_are_true(
    cottonwood: District_,
    clerk: User,
    kayla: Student,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No figure has changed: only the form of the text."""
    fall = ReadyFall(cottonwood, make_fall_event(), clerk)
    fall.record(kayla)
    fall.prepare()
    second = fall.certifier("mreyes2", "Reyes", "Maria")
    with monkeypatch.context() as release:
        release.setitem(chosen.COLLECTIONS, FALL.slug, fall_as_of_form_2())
        assert not fall.sign().sealed
    client.force_login(fall.primary.user)
    page = text(client.get(fall.case().path))
    assert "but what is signed has changed since. A new signature is needed" in page
    assert "data have changed" not in page and "Certify & Submit" in page
    assert not fall.sign(second).sealed, "one signature is not two"
    void = Signature.objects.get(certifier=fall.primary)
    assert "the form of the text changed after this was signed" in void.void_reason
    assert fall.sign().sealed


def test_a_fall_seal_of_form_2_is_verified_counted_and_compared(
    cottonwood: District_,
    clerk: User,
    kayla: Student,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was made before a line said whom OPI counts in another district."""
    fall = ReadyFall(cottonwood, make_fall_event(), clerk)
    fall.record(kayla)
    fall.prepare()
    with monkeypatch.context() as release:
        release.setitem(chosen.COLLECTIONS, FALL.slug, fall_as_of_form_2())
        fall.sign()
    copy = SealedCopy.objects.get(receipt="9012-2024-FALL-1")
    assert copy.form_version == 2 and "elsewhere" not in copy.counts["totals"]
    assert sealing.differences(copy) == []
    client.force_login(fall.primary.user)
    for address in (receipt_url(copy), fall.case().path, f"{fall.case().path}snapshot/"):
        assert copy.receipt in text(client.get(address))
    assert "Nothing has changed" in Since(copy, fall.scope).sentence
    assert [line[1] for line in perkins.lines(fall.event) if line[0] == "Certified"] == ["9012"]
    file = StudentFile(fall.event, BytesIO(), check=lambda: None)
    file.write()
    assert file.rows == 1 and not file.differing
