"""E-mails about accounts that must not be lost: batches that the queue list does not show
(Plug.post).

An e-mail is queued in the transaction of what it tells of, and its key keeps it from being sent
twice. Links in it lead to a page of the portal; one-time links, whose secret is kept nowhere, are
not sent this way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from cte_portal.accounts.models import User
from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.letters.fate import LEFT
from cte_portal.batches.letters.mail import deliver
from cte_portal.batches.submit import submit
from cte_portal.editions import Edition

KIND, TITLE = "account", "E-mail about an account"
EARLIER_NAMES = {"break_glass": "emergency"}
"""Templates by the names under which e-mails that still wait were queued."""


def queue(
    template: str,
    subject: str,
    *,
    to: User,
    key: str,
    context: Mapping[str, str],
    address: str = "",
    path: str = "",
) -> None:
    """Queue an e-mail to a person, at `address` where it is not the one she has when it is sent."""
    submit(
        KIND,
        by=to,
        title=TITLE,
        options=letter(template, subject, context=context, address=address, path=path),
        key=key,
    )


def letter(
    template: str, subject: str, *, context: Mapping[str, str], address: str = "", path: str = ""
) -> dict[str, Any]:
    """`templates/accounts/email/<template>.txt` as a batch keeps it until it is sent."""
    return {
        "template": template,
        "subject": subject,
        "address": address,
        "path": path,
        "told": dict(context),
    }


def run(job: Job) -> None:
    options, person = job.batch.options, job.batch.submitted_by
    address = options["address"] or person.email
    if not address:
        job.outcome = Outcome("Not sent: the account has no e-mail address.")
        return
    deliver(job, options["subject"], text(options, person), to=person, address=address)
    job.outcome = Outcome(LEFT)


def text(options: Mapping[str, Any], person: User) -> str:
    link = (
        f"{settings.PORTAL_ADDRESS}{options['path']}"
        if settings.PORTAL_ADDRESS and options["path"]
        else ""
    )
    about = {
        **options["told"],
        "person": person,
        "link": link,
        "name": settings.HELP_NAME,
        "phone": settings.HELP_PHONE,
        "email": settings.HELP_EMAIL,
    }
    template = EARLIER_NAMES.get(options["template"], options["template"])
    return render_to_string(f"accounts/email/{template}.txt", about)


ACCOUNT = Kind(
    name=KIND,
    run=run,
    hidden=True,
    is_letter=True,
    editions=(Edition.DISTRICT,),
    noun="e-mail about an account",
)
