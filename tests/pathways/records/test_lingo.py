"""CTE Lingo says what the guide says."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from cte_portal.accounts.models import User
from pathways.models import Participation
from pathways.records.lingo import FIELDS, LINGO, TERMS

# The guide's last page, word for word.
GUIDE = {
    "Pathway": (
        "An approved area of study for CTE courses. Pathways in Montana include Advanced"
        " Manufacturing; Agriculture, Food & Natural Resources; Agriculture, Mechanics &"
        " Construction; Arts, A/V Technology, Communication; Business Management; Design &"
        " Construction (ITE); Design & Construction (FCS); Education; Finance; Health Professions;"
        " Hospitality & Tourism; Human Services; Information Technology; Marketing; Science,"
        " Technology, Engineering & Mathematics; Transportation, Distribution & Logistics; Welding"
        " & Fabrication. Districts must be approved to offer a specific pathway."
    ),
    "Concentrator": (
        "A student who has (or will complete in the current year) two or more credits in a single"
        " pathway."
    ),
    "Single Parent": "A student who is a single parent of their own child.",
    "Pathway Credits": (
        "The number of credits earned (or will earn in the current year) in a single pathway."
    ),
}


def test_the_terms_are_the_guides_word_for_word() -> None:
    assert {term.name: term.text for term in TERMS} == GUIDE


def test_beside_the_field_the_list_of_pathways_is_left_out() -> None:
    assert (
        LINGO["pathway"].short
        == "An approved area of study for CTE courses. Districts must be approved to offer a"
        " specific pathway."
    )


def test_every_field_that_is_typed_has_its_help() -> None:
    typed = {
        "pathway",
        "concentrator",
        "single_parent",
        "start_date",
        *(field.key for field in FIELDS),
    }
    assert typed <= set(LINGO)
    for key in typed - {"pathway"}:
        assert Participation._meta.get_field(key)
    assert {
        f"{name}_credits"
        for name in ("in_district", "out_of_district", "dual_enrollment", "work_based_learning")
    } <= set(LINGO)


def test_d_11_the_help_under_a_field_leads_to_its_place_on_the_page(
    client: Client, clerk: User
) -> None:
    client.force_login(clerk)
    html = client.get(reverse("cte-lingo")).content.decode()
    for term in LINGO.values():
        path, _, anchor = term.url.partition("#")
        assert path == reverse("cte-lingo")
        assert html.count(f'id="{anchor}"') == 1
        assert escape(term.definition) in html
        assert escape(term.source) in html
    for name in LINGO["pathway"].names:
        assert escape(name) in html


@pytest.mark.parametrize("who", ["viewer", "opi", "nobody"])
def test_everybody_who_is_signed_in_may_read_it(
    client: Client, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("cte-lingo")).status_code == 200


def test_nobody_else_may(client: Client, db: None) -> None:
    assert client.get(reverse("cte-lingo")).status_code == 302
