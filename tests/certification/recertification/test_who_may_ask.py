"""The way to a recertification, wherever a lock is told of: for certifiers a button, for everybody
else who can ask (D-17).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from certification.models import CertificationEvent, Certifier
from cte_portal.accounts.models import Role, User
from pathways.models import Student
from tests.certification.recertification.test_recertification import PLACE, Sealed
from tests.fixtures.certification import make_certifier
from tests.fixtures.people import person
from tests.fixtures.records import District_
from tests.pathways.desk import text

HERE = "/districts/9012/2025/"
TOLD = "A certifier of the district can ask OPI to reopen it."


@pytest.fixture
def sealed(
    event: CertificationEvent,
    superintendent: Certifier,
    kayla: Student,
    cottonwood: District_,
    sent: Callable[[], None],
) -> Sealed:
    cottonwood.record(kayla)
    sent()
    return Sealed(event, superintendent)


def test_d_17_only_a_certifier_is_offered_to_ask_and_everybody_else_is_told_who_can(
    client: Client, sealed: Sealed, clerk: User, opi: User, kayla: Student
) -> None:
    former = person("former", "Former", "Fay", (Role.DATA_CLERK, "9012"))
    make_certifier(former, is_active=False)
    record, receipt = (
        f"{HERE}cte-concentrator/{kayla.pk}/",
        f"{HERE}event-certification/receipts/{sealed.copy.pk}/",
    )
    work = [
        f"{record}{kayla.participations.get().pathway_id}/history/",
        f"{HERE}mt-data-upload/",
        f"{HERE}resync/",
    ]  # type: ignore[attr-defined]
    for user, pages in (
        (sealed.primary.user, [record, receipt, work[0]]),
        (clerk, [record, receipt, *work]),
        (former, [record, receipt, *work]),
        (opi, [record, receipt, *work]),
    ):
        client.force_login(user)
        may = user == sealed.primary.user
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200, (user, page)
            markup = answer.content.decode()
            assert (f'href="{PLACE}new/{sealed.event.pk}/"' in markup, TOLD in text(answer)) == (
                may,
                not may,
            ), (user, page)
    client.force_login(clerk)
    assert TOLD in text(client.get(f"{HERE}event-certification/{sealed.event.pk}/"))
    assert client.get(f"{PLACE}new/{sealed.event.pk}/").status_code == 403
