"""The first person of a real portal is made by a command, as an OPI Administrator."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cte_portal.accounts.models import Membership, Role, User
from tests.fixtures.records import District_


def test_createsuperuser_makes_an_opi_administrator(
    cottonwood: District_, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "four quiet rivers bend")
    answers = {
        "username": "first",
        "email": "First@Example.org",
        "first_name": "Robin",
        "last_name": "Hale",
    }
    call_command("createsuperuser", interactive=False, stdout=io.StringIO(), **answers)
    first = User.objects.get()
    assert (first.record_name, first.email) == ("HALE, ROBIN", "first@example.org")
    assert list(first.memberships.values_list("role", "district")) == [(Role.OPI_ADMINISTRATOR, "")]
    client.force_login(first)
    page = client.get("/", follow=True)
    assert page.status_code == 200 and "Set up the collection" in page.content.decode()
    assert client.get("/districts/9012/2025/").status_code == 404, "no student data in reach"


def test_createsuperuser_asks_for_a_name(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """walk 30: whoever is in every e-mail and every record as the one who did it has a name."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "four quiet rivers bend")
    with pytest.raises(CommandError, match="first_name"):
        call_command(
            "createsuperuser",
            interactive=False,
            username="first",
            email="first@example.org",
            stdout=io.StringIO(),
        )
    assert not User.objects.exists()


def test_a_name_that_is_taken_leaves_nothing_behind(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "four quiet rivers bend")
    before = Membership.objects.count()
    with pytest.raises(CommandError):
        answers = {
            "username": "cmartin",
            "email": "x@example.org",
            "first_name": "Robin",
            "last_name": "Hale",
        }
        call_command("createsuperuser", interactive=False, stdout=io.StringIO(), **answers)
    assert Membership.objects.count() == before


def test_an_empty_portal_meets_the_first_person_kindly(db: None, client: Client) -> None:
    first = User.objects.create_superuser("first", "first@example.org", "four quiet rivers bend")
    client.force_login(first)
    page = client.get("/", follow=True)
    assert page.status_code == 200
    assert "CTE Portal" in page.content.decode()
