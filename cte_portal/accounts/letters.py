"""Letters about accounts: one link each, no word about students."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from cte_portal.accounts.models import User

log = logging.getLogger("cte_portal.letters")


def portal_address(request: HttpRequest, path: str) -> str:
    """A link from outside: settings say where the portal is, the demo alone believes the request."""
    return f"{settings.PORTAL_ADDRESS}{path}" if settings.PORTAL_ADDRESS else str(request.build_absolute_uri(path))


def invitation_link(request: HttpRequest, secret: str) -> str:
    return portal_address(request, reverse("invitation-link", args=[secret]))


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
