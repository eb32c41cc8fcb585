"""What would answer 403 is not offered (L-25)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from certification.models import CertificationEvent
from cte_portal.accounts.models import User
from tests.fixtures.records import District_

BASE = "/districts/9012/2025/"
PAGES = (
    "",
    "event-certification/",
    "event-certification/{event}/",
    "type-membership-setup/",
    "district-and-state/",
    "findings/",
    "cte-concentrator/",
)


@pytest.mark.parametrize("who", ["viewer", "clerk", "administrator", "opi"])
def test_no_page_links_to_one_that_refuses_the_person(
    who: str,
    request: pytest.FixtureRequest,
    client: Client,
    event: CertificationEvent,
    cottonwood: District_,
) -> None:
    """L-25: *Send everything*, *Resync State Data - Batch* and every other link of the pages that
    people begin with.
    """
    person: User = request.getfixturevalue(who)
    client.force_login(person)
    met: dict[str, str] = {}
    for page in PAGES:
        address = BASE + page.format(event=event.pk)
        answer = client.get(address)
        if answer.status_code == 200:
            for link in re.findall(r'<a [^>]*href="(/districts/[^"#]*)"', answer.content.decode()):
                met.setdefault(link.replace("&amp;", "&"), address)
    assert len(met) > 10
    refused = {link: page for link, page in met.items() if client.get(link).status_code == 403}
    assert not refused


def test_a_clerk_is_led_on_as_before(
    client: Client, clerk: User, event: CertificationEvent
) -> None:
    client.force_login(clerk)
    assert f'href="{BASE}resync/"' in client.get(BASE).content.decode()
