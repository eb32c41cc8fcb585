"""The way to a recertification, wherever a lock is told of: for certifiers a button, for everybody
else who can ask (D-17).
"""

from __future__ import annotations

from django.test import Client

from cte_portal.accounts.models import Role, User
from pathways.models import Student
from tests.certification.either import both, ready
from tests.certification.sealed import Sealed, sealed
from tests.fixtures.certification import make_certifier
from tests.fixtures.people import person
from tests.pathways.desk import text

__all__ = ["ready", "sealed"]

TOLD = "A certifier of the district can ask OPI to reopen it."


@both
def test_d_17_only_a_certifier_is_offered_to_ask_and_everybody_else_is_told_who_can(
    client: Client, sealed: Sealed, clerk: User, opi: User, kayla: Student
) -> None:
    former = person("former", "Former", "Fay", (Role.DATA_CLERK, "9012"))
    make_certifier(former, is_active=False)
    here = sealed.ready.place
    receipt = f"{here}event-certification/receipts/{sealed.copy.pk}/"
    for_all = [receipt, *sealed.ready.locked_pages(kayla)]
    work = [f"{here}mt-data-upload/"]
    if not sealed.event.is_of_leavers:  # their outcomes go with another year's resync
        work.append(f"{here}resync/")
    for user, pages in (
        (sealed.primary.user, for_all),
        (clerk, [*for_all, *work]),
        (former, [*for_all, *work]),
        (opi, [*(for_all if not sealed.event.is_of_leavers else [receipt]), *work]),
    ):
        client.force_login(user)
        may = user == sealed.primary.user
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200, (user, page)
            markup = answer.content.decode()
            assert (f'href="{sealed.asking}"' in markup, TOLD in text(answer)) == (
                may,
                not may,
            ), (user, page)
    client.force_login(clerk)
    assert TOLD in text(client.get(sealed.ready.path))
    assert client.get(sealed.asking).status_code == 403
