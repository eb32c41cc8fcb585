"""Help where one is: three sentences on each page, in the box that ? opens and, without script, on
the Help page.
"""

from __future__ import annotations

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.plugs import plugs
from cte_portal.ui.navigation import guidance
from tests.cte_portal.access.access_matrix import DISTRICT, STATEWIDE
from tests.cte_portal.access.test_access import routes
from tests.cte_portal.ui.test_find_a_screen import PAGES
from tests.fixtures.records import District_


def test_each_page_has_its_three_sentences() -> None:
    without = [url_name for url_name in PAGES if guidance(url_name) is None]
    assert without == []


def test_help_describes_pages_that_there_are_in_three_short_sentences() -> None:
    sentences = {name: words for plug in plugs() for name, words in plug.guidance.items()}
    known = {*routes(), *DISTRICT, *STATEWIDE}
    assert set(sentences) <= known
    for name, words in sentences.items():
        assert len(words) == 3, name
        for sentence in words:
            assert sentence.endswith(".") and len(sentence) <= 140, sentence


def test_help_stands_on_the_page_and_behind_a_link(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    sentence = "What you save counts as not yet sent to the state until you resync."
    page = client.get("/districts/9012/2025/cte-concentrator/").content.decode()
    assert page.count(sentence) == 1
    assert 'href="/help/?page=cte-concentrator#this-screen"' in page
    help_page = client.get("/help/?page=cte-concentrator").content.decode()
    section = help_page.split('id="this-screen"')[1].split("</section>")[0]
    assert sentence in section


@pytest.mark.parametrize("name", ["", "nowhere", "<b>", "\x00"])
def test_help_of_a_page_that_there_is_not_is_the_help_page(name: str, client: Client) -> None:
    answer = client.get("/help/", {"page": name})
    assert answer.status_code == 200 and "this-screen" not in answer.content.decode()


def test_the_key_that_acts_alone_is_turned_off_until_sign_out(client: Client, clerk: User) -> None:
    """WCAG 2.1.4. A visitor who is not signed in has no such choice."""
    assert client.post("/help/", {"question_mark": "off"}).status_code == 403
    client.force_login(clerk)
    assert 'data-question-mark="on"' in client.get("/help/").content.decode()
    page = client.post("/help/", {"question_mark": "off"}, follow=True).content.decode()
    assert 'data-question-mark="off"' in page and "Turn the ? key on" in page
    page = client.post("/help/", {"question_mark": "on"}, follow=True).content.decode()
    assert 'data-question-mark="on"' in page
