"""Every rule can be read in the portal by whoever is signed in."""

from __future__ import annotations

from django.test import Client

from cte_portal.accounts.models import User
from pathways import rules


def test_every_rule_is_on_the_page_with_its_words_and_an_anchor(
    client: Client, viewer: User
) -> None:
    client.force_login(viewer)
    page = client.get("/rules/").content.decode()
    for rule in rules.CATALOGUE:
        assert f'id="{rule.id.lower()}"' in page
        assert f"{rule.id} {rule.title}" in page.replace("&#x27;", "'").replace("&amp;", "&")
    assert "{total}" not in page and "{pathway}" not in page


def test_examples_speak_the_screens_language(client: Client, viewer: User) -> None:
    client.force_login(viewer)
    page = client.get("/rules/").content.decode()
    assert "In District Credits Earned missing" in page
    assert "in_district_credits" not in page
