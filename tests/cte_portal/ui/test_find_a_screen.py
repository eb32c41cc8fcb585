"""*Find a screen* knows the words people use (walk.md, *What such users miss*)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from tests.fixtures.records import District_

CLERK = {
    "recertification": "Event Certification",
    "ad hoc": "Event Certification",
    "history": "CTE Concentrator",
    "print": "Data Validation Reports",
    "help": "Help",
    "certifier": "Type Membership Setup",
    "snapshot": "Event Certification",
    "upload": "MT Data Upload",
    "export": "MT Extracts",
    "deadline": "Event Certification",
    "glossary": "CTE Lingo",
    "error messages": "Rules",
}
OPI = {
    "recertification": "Recertification requests",
    "history": "Audit search",
    "export": "Status board",
    "ad hoc": "Certification events",
}


def screens(client: Client, words: str) -> list[str]:
    """The names of the screens in the answer, or the title of the one that opens at once."""
    answer = client.get("/screens/", {"find": words})
    if answer.status_code == 302:
        html = client.get(answer["Location"], follow=True).content.decode()
        return re.findall(r"<title>\s*(.*?)\s+–", html, re.DOTALL)
    return [screen.name for screen, _ in answer.context["matches"]]


@pytest.mark.parametrize(("words", "screen"), CLERK.items(), ids=CLERK)
def test_a_screen_is_found_by_what_a_clerk_calls_it(
    words: str, screen: str, client: Client, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    client.get("/districts/9012/2025/")
    assert screen in screens(client, words)


@pytest.mark.parametrize(("words", "screen"), OPI.items(), ids=OPI)
def test_a_screen_is_found_by_what_opi_calls_it(
    words: str, screen: str, client: Client, opi: User
) -> None:
    client.force_login(opi)
    assert screen in screens(client, words)


def test_help_is_found_and_no_entry_of_the_navigation(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    answer = client.get("/districts/9012/2025/")
    assert "Help" not in [
        entry.name for group in answer.context["portal"].navigation for entry in group.entries
    ]
