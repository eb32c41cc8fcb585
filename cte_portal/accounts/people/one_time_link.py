"""The one-time link of a person, shown once on the next page."""

from __future__ import annotations

from django.http import HttpRequest

from cte_portal.accounts.access.reach import person_of
from cte_portal.accounts.models import User
from cte_portal.accounts.people import people
from cte_portal.accounts.sign_in.letters import invitation_link, mail_invitation

SHOWN_ONCE = "one_time_link"


def show_link(request: HttpRequest, person: User, secret: str, *, mail: bool) -> None:
    """Keep the link for the next page, and mail it if asked to."""
    link = invitation_link(request, secret)
    mailed = mail and mail_invitation(person, link, person_of(request))
    visible_link = link if people.shows_link(person) else ""
    request.session[SHOWN_ONCE] = {
        "person": person.pk,
        "link": visible_link,
        "mailed": mailed,
        "failed": mail and not mailed,
    }
