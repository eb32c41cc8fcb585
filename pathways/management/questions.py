"""The first questions of every command: the person, the district and the current school year, each
refused in its own sentence.
"""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from cte_portal.accounts.models import User
from pathways.models import District, SchoolYear


def current_year() -> SchoolYear:
    year = SchoolYear.objects.filter(is_active=True).first()
    if year is None:
        raise CommandError(
            "There is no current school year yet. An OPI Administrator sets it in the portal."
        )
    return year


def require_district(number: str) -> None:
    if not District.objects.filter(pk=number).exists():
        raise CommandError(f"There is no district {number}.")


def person_named(username: str) -> User:
    person = get_user_model().objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(f"No active user has the user name {username}.")
    return person
