"""People to sign in as for practice. Refused in production, where these passwords must not exist."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from cte_portal.accounts.models import Membership, Role, User
from pathways.models import School

PASSPHRASE = "open range, quiet light"  # noqa: S105 - printed by `manage.py up`, for practice alone


@dataclass(frozen=True)
class Person:
    username: str
    last: str
    first: str
    roles: tuple[tuple[Role, str], ...]
    school: str = ""
    """Of a School Viewer."""


PEOPLE = (
    Person(
        "cmartin",
        "Martin",
        "Cheryl",
        ((Role.DATA_CLERK, "9012"), (Role.DATA_CLERK, "0965"), (Role.DATA_CLERK, "9099")),
    ),
    Person("dkeller", "Keller", "Daniel", ((Role.DATA_CLERK, "9012"),)),
    Person("viewer", "Abbott", "Vera", ((Role.VIEWER, "9012"),)),
    Person("dadmin", "Ashford", "Dana", ((Role.DISTRICT_ADMINISTRATOR, "9012"),)),
    Person("jdoe", "Doe", "Jane", ((Role.VIEWER, "9012"),)),
    Person("mreyes", "Reyes", "Maria", ((Role.VIEWER, "9012"),)),
    Person("pbrook", "Brook", "Pat", ((Role.SCHOOL_VIEWER, "9012"),), school="0101"),
    Person("lstone", "Stone", "Lee", ((Role.DISTRICT_ADMINISTRATOR, "9020"),)),
    Person("sberg", "Berg", "Signe", ((Role.DISTRICT_ADMINISTRATOR, "0965"),)),
    Person("hwolf", "Wolf", "Henry", ((Role.DISTRICT_ADMINISTRATOR, "9031"),)),
    Person("rnovak", "Novak", "Rita", ((Role.DISTRICT_ADMINISTRATOR, "9045"),)),
    Person("opistaff", "Lund", "Ola", ((Role.OPI_STAFF, ""),)),
    Person("opiadmin", "Strand", "Ida", ((Role.OPI_ADMINISTRATOR, ""),)),
)


def add(numbers: set[str]) -> None:
    """Add the people whose districts are there."""
    password = make_password(PASSPHRASE)
    users = User.objects.bulk_create(
        User(
            username=person.username,
            last_name=person.last,
            first_name=person.first,
            email=f"{person.username}@example.org",
            password=password,
        )
        for person in PEOPLE
    )
    keys = {(school.district_id, school.number): school.pk for school in School.objects.all()}
    Membership.objects.bulk_create(
        Membership(
            user=user,
            role=role,
            district=district,
            school=person.school,
            school_key=keys.get((district, person.school)),
        )
        for user, person in zip(users, PEOPLE, strict=True)
        for role, district in person.roles
        if not district or district in numbers
    )


def sign_ins() -> list[dict[str, object]]:
    """As `manage.py demo --json` tells them: roles as [role, district or null]."""
    return [
        {
            "username": person.username,
            "password": PASSPHRASE,
            "roles": [[role.label, district or None] for role, district in person.roles],
        }
        for person in PEOPLE
    ]
