"""An event's collection chooses what is asked, sealed and shown; it is asked everywhere alike
(design D7).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from certification.collections import chosen
from certification.collections.chosen import COLLECTIONS, FALL, FALL_OF_RELEASE_0_1_0
from certification.collections.end_of_year import END_OF_YEAR
from certification.models import CertificationEvent, SealedCopy
from certification.receipts.receipts import receipt_url
from certification.signing import sealing
from certification.signing.gates import GATES
from certification.signing.refusals import NotReady
from cte_portal.accounts.models import User
from pathways.models import CollectionLock, Student
from tests.certification.ready import Ready
from tests.fixtures.records import BUSINESS, District_
from tests.pathways.desk import text


@pytest.fixture
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
