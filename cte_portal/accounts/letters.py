"""Letters about accounts: one link each, no word about students."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.registry import registered

log = logging.getLogger("cte_portal.letters")


def portal_address(request: HttpRequest, path: str) -> str:
    """A link from outside: settings say where the portal is, the demo alone believes the request."""
    return f"{settings.PORTAL_ADDRESS}{path}" if settings.PORTAL_ADDRESS else str(request.build_absolute_uri(path))


def invitation_link(request: HttpRequest, secret: str) -> str:
    return portal_address(request, reverse("invitation-link", args=[secret]))


def post(template: str, subject: str, *, to: User, key: str, told: Mapping[str, str], address: str = "", path: str = "") -> None:
    """A letter that is sent with what it tells of, or not at all; the same key is sent once (settings.PORTAL_POST)."""
    (queue,) = registered("PORTAL_POST")
    queue(template, subject, to=to, key=key, told=told, address=address, path=path)


def tell_of_tries(username: str) -> None:
    """To a person for whose account too many wrong passwords were entered: once a day."""
    person = User.objects.filter(username__iexact=username, is_active=True).exclude(email="").first()
    if person is not None:
        now = timezone.localtime()
        path = reverse("account_reset_password")
        told = {"at": f"{now:%m/%d/%Y} at {now:%I:%M %p} MT"}
        post("tries", "CTE Portal: wrong passwords for your account", to=person, key=f"tries:{now:%Y%m%d}", told=told, path=path)


def mail_invitation(person: User, link: str, by: str) -> bool:
    """Send the one-time link; False when the letter could not be handed to the mail server."""
    told = {"person": person, "link": link, "by": by, "name": settings.HELP_NAME, "phone": settings.HELP_PHONE}
    try:
        send_mail(
            "Your CTE Portal account",
            render_to_string("accounts/email/invitation.txt", told),
            settings.DEFAULT_FROM_EMAIL,
            [person.email],
        )
    except (OSError, SMTPException) as error:
        log.error("an invitation could not be mailed: user=%s error=%s", person.pk, type(error).__name__)
        return False
    return True
