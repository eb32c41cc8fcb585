"""A certifier's home begins with her signature (walk 11)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from certification.models import CertificationEvent, Certifier
from cte_portal.accounts.models import User
from pathways.lists import publish
from pathways.models import Student
from tests.certification.either import both, ready_for
from tests.certification.ready import Ready
from tests.fixtures.certification import make_certifier
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import District_

HOME = "/districts/9012/2025/"


@pytest.fixture
@stands
def ready(
    request: pytest.FixtureRequest,
    cottonwood: District_,
    event: CertificationEvent,
    clerk: User,
    kayla: Student,
) -> Ready:
    """The only event that asks for a signature."""
    ready_case = ready_for(getattr(request, "param", "cte-eoy"), cottonwood, event, clerk, kayla)
    CertificationEvent.objects.exclude(pk=ready_case.event.pk).delete()
    return ready_case


def page(client: Client) -> str:
    return " ".join(client.get(HOME).content.decode().split())


@both
def test_her_home_begins_with_her_signature_and_calls_her_you(client: Client, ready: Ready) -> None:
    """walk 11: role, banner first, *you*, and no cursor in *Find a student*."""
    ready.certifier("mreyes", "Reyes", "Maria")
    ready.prepare()
    client.force_login(ready.primary.user)
    html = page(client)
    assert "<b>Primary certifier</b>" in html and "<b>Viewer" not in html
    lead, search = html.index("Your signature is needed."), html.index("Find a student")
    assert lead < search and "Review and sign" in html[lead:search]
    assert (
        "Waiting for you and REYES, MARIA." in html
        and "DOE, JANE" not in html.split("Who has signed")[1]
    )
    assert not re.search(r'name="term"[^>]*(autofocus|data-focus)', html)


@both
def test_what_is_not_ready_asks_for_no_signature_yet(client: Client, ready: Ready) -> None:
    """walk 11: the banner says no more than is true."""
    client.force_login(ready.primary.user)
    html = page(client)
    assert "Your signature will be needed." in html and "Your signature is needed." not in html


def roles(client: Client) -> list[str]:
    """As the head names them, one below the other."""
    (head,) = re.findall(r">Role</span>(.*?)</div>", page(client), re.DOTALL)
    return re.findall(r"<b[^>]*>(.*?)</b>", head)


@both
def test_who_has_signed_or_only_reviews_is_not_asked(
    client: Client, ready: Ready, clerk: User
) -> None:
    """walk 11: each certifier reads what is left for her."""
    certifier = make_certifier(clerk)
    ready.prepare()
    ready.sign()
    client.force_login(ready.primary.user)
    assert "Your signature" not in page(client)
    client.force_login(clerk)
    assert "Your signature is needed." in page(client)
    assert roles(client) == ["Data Clerk,", "Primary certifier"]
    Certifier.objects.filter(pk=certifier.pk).update(level="secondary")
    assert "Your signature" not in page(client)
    assert roles(client) == ["Data Clerk,", "Secondary certifier"]


def test_the_gates_button_runs_the_certification_report(
    client: Client, ready: Ready, clerk: User
) -> None:
    """walk 13: one press, whatever stands in the person's list of reports, and back at the
    event.
    """
    publish.publish()
    ready.send()
    event = ready.case().path
    client.force_login(ready.primary.user)  # who may not run reports is led to them
    html = client.get(event).content.decode()
    assert "Run the Certification report" in html and 'name="run"' not in html
    client.force_login(clerk)
    form = re.search(
        r'<form method="post" action="([^"]+)">(?:(?!</form>).)*Run the Certification report',
        client.get(event).content.decode(),
        re.DOTALL,
    )
    assert form
    values = dict(re.findall(r'name="(key|run|next)" value="([^"]*)"', form[0]))
    answer = client.post(form[1], values)
    assert answer["Location"] == event and "report" not in ready.missing()
    elsewhere = {
        **values,
        "key": "0b6a4a52-5b0c-4b6c-9a59-0a4f6d9c1111",
        "next": "https://example.org/",
    }
    assert client.post(form[1], elsewhere)["Location"].startswith(
        "/districts/9012/2025/data-validation-reports/"
    )
