"""A person is bound to an identity of the provider once: by the one-time link, or signed in, under
*Sign-in and security*. Afterwards issuer and subject alone say who it is; no address does.
"""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cte_portal.accounts.models import Invitation, SignOn, User
from cte_portal.accounts.models.user import plain_address
from cte_portal.accounts.sign_in.letters import tell_of_change
from cte_portal.accounts.sign_in.own_account import note
from cte_portal.accounts.sign_in.sign_on import mark
from cte_portal.accounts.sign_in.sign_on.tokens import Identity
from cte_portal.refusals import Refusal


class NotBound(Refusal):
    """Nobody was bound to anything."""


def account_of(identity: Identity) -> User | None:
    sign_on = (
        SignOn.objects.filter(issuer=identity.issuer, subject=identity.subject)
        .select_related("user")
        .first()
    )
    return sign_on.user if sign_on else None


def accept(invitation: Invitation, identity: Identity) -> User:
    """The one-time link is used up; a password that there is stays as it is. Raises
    Invitation.DoesNotExist when used.
    """
    with transaction.atomic():
        if (
            not Invitation.objects.open()
            .filter(pk=invitation.pk, digest=invitation.digest)
            .delete()[0]
        ):
            raise Invitation.DoesNotExist
        person = User.objects.select_for_update().get(pk=invitation.user_id)
        address = plain_address(identity.address)
        if not address or address != person.email:
            raise NotBound(
                f"{settings.OIDC_LABEL} did not confirm the e-mail address of this account. Sign"
                " in there with the address that your invitation was sent to, or ask your"
                " administrator."
            )
        _bind(person, identity, SignOn.Way.INVITATION)
        person.sessions_ended += 1
        person.save(update_fields=["sessions_ended"])
        return person


def bind(user_id: int, identity: Identity) -> None:
    """Under *Sign-in and security*, by the person who is signed in."""
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user_id)
        if not person.is_active:
            raise NotBound("This account is closed.")
        _bind(person, identity, SignOn.Way.SECURITY)


def _bind(person: User, identity: Identity, way: SignOn.Way) -> None:
    label = settings.OIDC_LABEL
    if mark.is_emergency(person):
        raise NotBound(
            f"This account is kept for the day when {label} is away, so it signs in with its"
            " password."
        )
    present = SignOn.objects.filter(user=person).first()
    if present and (present.issuer, present.subject) == (identity.issuer, identity.subject):
        return
    if present and present.issuer == identity.issuer:
        raise NotBound(
            f"This account is connected to another person of {label} already. An administrator"
            " can disconnect it."
        )
    if present:
        present.delete()  # of a provider that the portal has no more
    try:
        with transaction.atomic():
            SignOn.objects.create(
                user=person,
                issuer=identity.issuer,
                subject=identity.subject,
                way=way,
                made_at=timezone.now(),
            )
    except IntegrityError:
        raise NotBound(f"Another account of the portal signs in with that {label} account.") from (
            None
        )
    note(person, {}, {"Single sign-on": f"connected {way.label}"})
    tell_of_change(person, f"The account was connected to {label}: it signs you in from now on.")
