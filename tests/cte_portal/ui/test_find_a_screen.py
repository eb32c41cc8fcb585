"""*Find a screen* knows the words people use (walk.md, *What such users miss*)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.frame import Screen, Standing
from cte_portal.ui.navigation import find_screens
from cte_portal.ui.navigation import screens as all_screens
from tests.cte_portal.access.access_matrix import DISTRICT, STATEWIDE
from tests.fixtures.quick.standing import stands
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
    "enter credits": "CTE Concentrator",
    "Program Participation > CTE": "CTE Concentrator",
    "bulk entry": "CTE Roster Entry",
    "master schedule": "Roster Data",
    "Import Wizard": "MT Data Upload",
    "is my file done": "Batch Queue",
    "resynchronization": "Resync State Data - Batch",
    "Data Integrity Tools>Data Certification>Event Certification": "Event Certification",
    "superintendent": "Type Membership Setup",
    "unlock": "Event Certification",
    "former students": "CTE Follow-up",
    "clearinghouse": "Answers from Elsewhere",
    "sign in": "Sign-in and security",
    "my password": "Sign-in and security",
    "switch district": "Choose a district",
    "what do I do next": "Home",
    "custom fields": "District Defined Elements",
    "AIM Unit": "Help",
    "certifiers": "Type Membership Setup",
    "update an existing pathway": "CTE Concentrator",
    "in-district credits": "CTE Concentrator",
    "Modified By": "CTE Concentrator",
    "history of a student": "CTE Concentrator",
    "transfer credits": "CTE Concentrator",
    "search by local ID": "Student List",
    "saved filters": "Student List",
    "grade 12": "Student List",
    "work to perform": "MT Data Upload",
    "tab delimited": "MT Data Upload",
    "processed errors": "Resync State Data - Batch",
    "single parent indicator different": "Data Validation Reports",
    "extension": "Event Certification",
    "why is it locked": "Event Certification",
    "DDE": "District Defined Elements",
    "charts": "Years Side by Side",
    "class of 30": "CTE Roster Entry",
    "transfer a student": "Roster Data",
    "hotkeys": "Help",
    "log out": "Sign-in and security",
    "toggle primary": "Type Membership Setup",
    "show top 50": "Batch Queue",
    "no show": "Roster Data",
    "PowerSchool": "MT Data Upload",
    "unsent": "Resync State Data - Batch",
    "bus route": "District Defined Elements",
    "dismiss": "Roster worklist",
    "employed": "CTE Follow-up",
}
OPI = {
    "recertification": "Recertification requests",
    "history": "Audit search",
    "export": "Status board",
    "ad hoc": "Certification events",
    "unlock a district": "Recertification requests",
    "late districts": "Reminders",
    "dashboard": "Status board",
    "extend the deadline": "Certification events",
    "overlap": "Students of two districts",
    "login history": "Sign-ins",
}


def screens(client: Client, words: str) -> list[str]:
    """The names of the screens in the answer, or the title of the one that opens at once."""
    answer = client.get("/screens/", {"find": words})
    if answer.status_code == 302:
        html = client.get(answer["Location"], follow=True).content.decode()
        return re.findall(r"<title>\s*(.*?)\s+–", html, re.DOTALL)
    return [screen.name for screen, _ in answer.context["matches"]]


@pytest.fixture
@stands
def cookies(clerk: User, cottonwood: District_) -> str:
    """Of a window in which the clerk has signed in and opened the district."""
    client = Client()
    client.force_login(clerk)
    client.get("/districts/9012/2025/")
    return client.cookies.output(header="", sep=";")


@pytest.mark.parametrize(("words", "screen"), CLERK.items(), ids=CLERK)
def test_a_screen_is_found_by_what_a_clerk_calls_it(
    words: str, screen: str, client: Client, cookies: str
) -> None:
    client.cookies.load(cookies)
    assert screen in screens(client, words)


@pytest.mark.parametrize(("words", "screen"), OPI.items(), ids=OPI)
def test_a_screen_is_found_by_what_opi_calls_it(
    words: str, screen: str, client: Client, opi: User
) -> None:
    client.force_login(opi)
    assert screen in screens(client, words)


def test_the_screen_whose_name_was_typed_whole_opens_at_once(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    """Also where other screens have the words."""
    client.force_login(clerk)
    client.get("/districts/9012/2025/")
    several = client.get("/screens/?find=roster")
    assert several.status_code == 200
    opened = client.get("/screens/?find=roster data")
    assert opened.status_code == 302 and opened["Location"] == "/districts/9012/2025/roster-data/"


def test_a_word_is_looked_for_where_a_word_begins(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    """Not *sign* in *assign*, which is on Validation Groups; the screen with that name comes first."""
    client.force_login(clerk)
    client.get("/districts/9012/2025/")
    assert screens(client, "sign")[0] == "Sign-in and security"
    assert "Validation Groups" not in screens(client, "sign")
    assert screens(client, "what is it") == [], "small words alone are none"


@pytest.mark.parametrize(
    ("words", "screen"),
    {
        "identify certifier": "Type Membership Setup",
        "receipt": "Event Certification",
        "snapshot": "Event Certification",
        "merge": "Roster Data",
    }.items(),
)
def test_where_no_district_is_open_a_districts_screen_is_named_and_leads_to_choosing_one(
    words: str, screen: str, client: Client, opi: User, keeper: User, cottonwood: District_
) -> None:
    District_("9020", "Bitterroot")  # with one district alone, that one is open
    client.force_login(opi)
    answer = client.get("/screens/", {"find": words})
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    assert screen in main and 'href="/districts/"' in main and "No screen matches" not in main
    client.force_login(keeper)  # sees no district's records
    assert screen not in client.get("/screens/", {"find": words}).content.decode()
    client.force_login(opi)
    client.get("/districts/9012/2025/")
    answer = client.get("/screens/", {"find": words}, follow=True).content.decode()
    assert "Choose a district first" not in answer, "one is open"


def test_help_is_found_and_no_entry_of_the_navigation(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    answer = client.get("/districts/9012/2025/")
    assert "Help" not in [
        entry.name for group in answer.context["portal"].navigation for entry in group.entries
    ]


FILES = ("-csv", "-file", "-template", "-extract", "-pdf")
PAGES = sorted(
    name
    for name, methods in {**DISTRICT, **STATEWIDE}.items()
    if 200 in methods["GET"].values() and not name.endswith(FILES)
)
ROLES = ("viewer", "clerk", "administrator", "opi", "keeper", "school_viewer")


def screens_of(url_name: str) -> list[Screen]:
    return [screen for screen in all_screens() if url_name in (screen.url_name, *screen.also)]


@pytest.fixture
def standings(
    viewer: User,
    clerk: User,
    administrator: User,
    opi: User,
    keeper: User,
    school_viewer: User,
    cottonwood: District_,
) -> dict[str, Standing]:
    """Where each role works once it has opened what it may open."""
    answers = {}
    for role, user in zip(
        ROLES, (viewer, clerk, administrator, opi, keeper, school_viewer), strict=True
    ):
        client = Client()
        client.force_login(user)
        client.get("/districts/9012/2025/")
        client.get("/districts/9012/2025/schools/")
        answers[role] = client.get("/help/").context["portal"].standing
    return answers


def test_each_page_is_part_of_a_screen_that_people_have_a_word_for() -> None:
    nameless = [
        url_name
        for url_name in PAGES
        if not any(screen.synonyms for screen in screens_of(url_name))
    ]
    assert len(PAGES) > 100 and nameless == []


def test_each_screen_is_found_by_name_path_and_every_synonym_by_who_may_open_it_and_by_nobody_else(
    standings: dict[str, Standing],
) -> None:
    matrix = {**DISTRICT, **STATEWIDE}
    for screen in all_screens():
        answers = matrix.get(screen.url_name, {"GET": dict.fromkeys(ROLES, 200)})["GET"]
        for role, standing in standings.items():
            opens = answers[role] in (200, 302)
            for words in (screen.name, " > ".join((*screen.path, screen.name)), *screen.synonyms):
                assert (screen in find_screens(standing, words)) == opens, (role, words)
