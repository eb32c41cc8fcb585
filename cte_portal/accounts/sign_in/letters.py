"""E-mails about accounts: one link each, no word about students."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from smtplib import SMTPException

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.models import Role, User
from cte_portal.accounts.sign_in.sign_on import mark
from cte_portal.plugs import directory, only, plugs

log = logging.getLogger("cte_portal.letters")


def portal_address(request: HttpRequest, path: str) -> str:
    """A link from outside: settings say where the portal is, the demo alone believes the
    request.
    """
    return (
        f"{settings.PORTAL_ADDRESS}{path}"
        if settings.PORTAL_ADDRESS
        else str(request.build_absolute_uri(path))
    )


def invitation_link(request: HttpRequest, secret: str) -> str:
    return portal_address(request, reverse("invitation-link", args=[secret]))


def post(
    template: str,
    subject: str,
    *,
    to: User,
    key: str,
    context: Mapping[str, str],
    address: str = "",
    path: str = "",
) -> None:
    """An e-mail that is sent with what it tells of, or not at all; the same key is sent once."""
    queue = only(plug.post for plug in plugs())
    queue(template, subject, to=to, key=key, context=context, address=address, path=path)


def post_password_links(people: Sequence[User], origin: str) -> None:
    """Where nobody has the address, the same e-mail is written to nobody and taken back: neither
    the answer nor its time says who has an account.
    """
    queue = only(plug.post_password for plug in plugs())
    with transaction.atomic():
        for person in people or (User(pk=0),):
            with transaction.atomic():
                queue(person, origin)
                if not people:
                    transaction.set_rollback(True)


def password_letter(person: User, origin: str) -> tuple[str, str]:
    """Subject and text of the e-mail with a link that works once."""
    key = default_token_generator.make_token(person)
    names = {"uidb36": user_pk_to_url_str(person), "key": key}
    context = {
        "person": person,
        "link": f"{origin}{reverse('account_reset_password_from_key', kwargs=names)}",
        "name": settings.HELP_NAME,
        "phone": settings.HELP_PHONE,
        "email": settings.HELP_EMAIL,
    }
    text = render_to_string("accounts/email/password.txt", context)
    return "CTE Portal: your link for a new password", text


def tell_of_tries(username: str) -> None:
    """To a person for whose account too many wrong passwords were entered: once a day."""
    person = (
        User.objects.filter(username__iexact=username, is_active=True).exclude(email="").first()
    )
    if person is not None:
        now = timezone.localtime()
        path = reverse("account_reset_password")
        context = {"at": f"{now:%m/%d/%Y} at {now:%I:%M %p} MT"}
        post(
            "tries",
            "CTE Portal: wrong passwords for your account",
            to=person,
            key=f"tries:{now:%Y%m%d}",
            context=context,
            path=path,
        )


def tell_of_change(
    person: User, deed: str, *, by: User | None = None, addresses: Iterable[str] = ("",)
) -> None:
    """To a person whose account was changed, by somebody else if so said; at each of the addresses,
    the present one where none is given.
    """
    now = timezone.localtime()
    context = {
        "who": f"{by.full_name} ({by.username}) " if by else "",
        "what": deed,
        "at": f"{now:%m/%d/%Y} at {now:%I:%M %p} MT",
    }
    for number, address in enumerate(dict.fromkeys(addresses)):
        if address or person.email:
            key = f"changed:{now:%Y%m%d%H%M%S%f}:{number}"
            post(
                "changed",
                "CTE Portal: your account was changed",
                to=person,
                key=key,
                context=context,
                address=address,
            )


def tell_of_emergency(person: User) -> None:
    """To OPI's administrators, and the person: an account that is kept for the day when the
    identity provider is away was used.
    """
    now = timezone.localtime()
    context = {
        "whose": f"{person.full_name} ({person.username})",
        "at": f"{now:%m/%d/%Y} at {now:%I:%M %p} MT",
        "provider": settings.OIDC_LABEL,
    }
    administrators = User.objects.filter(
        memberships__role=Role.OPI_ADMINISTRATOR, is_active=True
    ).exclude(email="")
    for recipient in [person, *administrators.exclude(pk=person.pk).distinct()]:
        if recipient.email:
            post(
                "emergency",
                "CTE Portal: an emergency account was used",
                to=recipient,
                key=f"emergency:{person.pk}:{now:%Y%m%d%H%M%S}",
                context=context,
            )


def mail_invitation(person: User, link: str, by: User) -> bool:
    """Send the one-time link; False when the e-mail could not be handed to the mail server."""
    try:
        send_mail(*invitation(person, link, by), settings.DEFAULT_FROM_EMAIL, [person.email])
    except (OSError, SMTPException) as error:
        log.error(
            "an invitation could not be mailed: user=%s error=%s", person.pk, type(error).__name__
        )
        return False
    return True


def invitation(person: User, link: str, by: User) -> tuple[str, str]:
    """Subject and text of the e-mail with a one-time link."""
    roles = list(person.memberships.all())
    districts = {membership.district for membership in roles} - {""}
    context = {
        "person": person,
        "link": link,
        "by": by.full_name,
        "of_opi": any(Role(membership.role).is_opi for membership in by.memberships.all()),
        "new": not person.has_usable_password(),
        "districts": [name for _, name in directory().districts(districts)] if districts else [],
        "name": settings.HELP_NAME,
        "phone": settings.HELP_PHONE,
        "email": settings.HELP_EMAIL,
        "way": mark.way_in(person),
        "provider": settings.OIDC_LABEL,
    }
    subject = (
        "Your CTE Portal account"
        if context["new"]
        else "CTE Portal: your one-time link"
        if settings.OIDC_ISSUER
        else "CTE Portal: your link to choose a new password"
    )
    return subject, render_to_string("accounts/email/invitation.txt", context)
