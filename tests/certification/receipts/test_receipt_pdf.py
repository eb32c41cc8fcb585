"""The receipt as a tagged PDF with the same content as its page (R-09, walk 24)."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from certification.models import CertificationEvent, SealedCopy
from certification.receipts.receipts import receipt_url
from cte_portal.accounts.models import User
from tests.certification.either import both_events
from tests.fixtures.certification import make_certifier, make_round, seal, sign
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import District_

pytestmark = both_events


@pytest.fixture
@stands
def copy(cottonwood: District_, clerk: User, event: CertificationEvent) -> SealedCopy:
    round_of_event = make_round(event)
    sign(round_of_event, make_certifier(clerk))
    return seal(
        round_of_event, statements=["I have *reviewed* the counts.", "#evil[markup] stays text"]
    )


def read(client: Client, copy: SealedCopy) -> PdfReader:
    answer = client.get(f"{receipt_url(copy)}pdf/")
    assert (
        answer["Content-Type"] == "application/pdf"
        and f'filename="{copy.receipt}.pdf"' in answer["Content-Disposition"]
    )
    return PdfReader(io.BytesIO(answer.content))


def tags(node: Any) -> list[str]:
    """Every structure type below a node of the tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [tag for child in node for tag in tags(child)]
    if not isinstance(node, dict):
        return []
    own_tags = [str(node["/S"])] if "/S" in node else []
    return own_tags + (tags(node["/K"]) if "/K" in node else [])


def test_r_09_the_pdf_is_tagged_titled_and_in_english(
    client: Client, clerk: User, copy: SealedCopy
) -> None:
    """walk 24: headings, tables with header cells, lists, language and title, marked as
    PDF/UA-1.
    """
    client.force_login(clerk)
    pdf = read(client, copy)
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
    assert str(root["/Lang"]).startswith("en") and root["/ViewerPreferences"]["/DisplayDocTitle"]
    tags_found = set(tags(root["/StructTreeRoot"]))
    assert {"/H1", "/Table", "/TR", "/TH", "/TD", "/L", "/LI", "/P"} <= tags_found
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert pdf.metadata and pdf.metadata.title == copy.event_name


def test_r_09_the_pdf_says_what_the_page_says(
    client: Client, clerk: User, copy: SealedCopy
) -> None:
    """walk 24: the same receipt, signers, figures, statements, seal and contact; what people wrote
    is text, never markup.
    """
    client.force_login(clerk)
    pdf_text = " ".join(
        " ".join(pdf_page.extract_text() for pdf_page in read(client, copy).pages).split()
    )
    html = client.get(receipt_url(copy)).content.decode()
    page = " ".join(unescape(re.sub(r"<[^>]+>", " ", html.split("<main")[1])).split())
    for part in (
        copy.receipt,
        "MARTIN, CHERYL",
        "Superintendent",
        "I have *reviewed* the counts.",
        "#evil[markup] stays text",
        {"cte-eoy": "Pathway records", "cte-fall": "Dropouts"}[copy.round.event.collection],
        "Each primary certifier stated",
        "406-555-0142",
        copy.digest[:4],
        "What happens next",
    ):
        assert part in page and part in pdf_text, part
    assert "Printed" in pdf_text and "by MARTIN, CHERYL" in pdf_text and "Kayla" not in pdf_text


def test_a_name_that_the_fonts_lack_still_gives_a_tagged_pdf(
    client: Client, clerk: User, copy: SealedCopy
) -> None:
    """R-09: never a fault of the portal."""
    client.force_login(clerk)
    User.objects.filter(pk=clerk.pk).update(last_name="Martin王", first_name="Ƛúʔ")
    assert "/StructTreeRoot" in read(client, copy).trailer["/Root"]
