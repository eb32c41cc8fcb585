"""Taking back that an account signs in at the identity provider: for who has another account there,
or has it no more.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from cte_portal.accounts import deeds
from cte_portal.accounts.models import AuditEvent, SignOn, User
from cte_portal.accounts.people.authority import Authority, begin_account
from cte_portal.accounts.sign_in.letters import tell_of_change
from cte_portal.refusals import Refusal


def disconnect(authority: Authority, person: User, reason: str) -> None:
    """Sessions are over. The person connects anew with a password, or with a one-time link."""
    with transaction.atomic():
        begin_account(authority, person)
        if not SignOn.objects.filter(user=person).delete()[0]:
            raise Refusal("This account is not connected.")
        person.sessions_ended += 1
        person.save(update_fields=["sessions_ended"])
        deed = deeds.of_person(
            person,
            AuditEvent.Operation.CHANGE,
            {"Single sign-on": "connected"},
            {"Single sign-on": "not connected"},
            district=authority.district,
        )
        AuditEvent.objects.record([deed], by=authority.actor, reason=reason)
        tell_of_change(
            person,
            f"disconnected your CTE Portal account from {settings.OIDC_LABEL}.",
            by=authority.actor,
        )
