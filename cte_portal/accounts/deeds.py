"""What is done to people, as the audit search shows it: the same words for who adds one person and
for who adds four hundred.
"""

from __future__ import annotations

from cte_portal.accounts.models import AuditEvent, Deed, Role, User
from cte_portal.accounts.models.membership import place

Operation = AuditEvent.Operation


def words(person: User) -> dict[str, str]:
    return {
        "User name": person.username,
        "First name": person.first_name,
        "Last name": person.last_name,
        "E-mail": person.email,
    }


def of_person(
    person: User,
    operation: Operation,
    before: dict[str, str],
    after: dict[str, str],
    kind: str = "person",
    district: str = "",
) -> Deed:
    return Deed(
        kind,
        str(person.pk),
        f"{person.record_name} ({person.username})",
        operation,
        before,
        after,
        district,
    )


def of_role(person: User, operation: Operation, role: str, district: str, school: str = "") -> Deed:
    value = {"Role": f"{Role(role).label} {place(district, school)}".strip()}
    before, after = (value, {}) if operation is Operation.REMOVE else ({}, value)
    return of_person(person, operation, before, after, kind="role", district=district)
