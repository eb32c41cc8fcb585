"""The link for a new password that a person asked for: a batch that the queue list does not show
(Plug.post_password).

The link is made when the e-mail is handed over: no row, message or log holds it.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.accounts.sign_in.letters import password_letter
from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.letters.fate import LEFT
from cte_portal.batches.letters.mail import deliver
from cte_portal.batches.submit import submit
from cte_portal.editions import Edition

KIND, TITLE = "password", "Link for a new password by e-mail"
WANTED = datetime.timedelta(days=1)


def queue(person: User, origin: str) -> None:
    """The e-mail goes to the address that the account has now. Its link begins with `origin`, the
    portal's own address.
    """
    submit(KIND, by=person, title=TITLE, options={"address": person.email, "origin": origin})


def run(job: Job) -> None:
    options, person = job.batch.options, job.batch.submitted_by
    if not person.is_active or person.email != options["address"]:
        job.outcome = Outcome("Not sent: the account was closed, or has another address now.")
    elif timezone.now() - job.batch.queued_at > WANTED:
        job.outcome = Outcome("Not sent: it was asked for more than a day ago.")
    else:
        deliver(job, *password_letter(person, options["origin"]), to=person)
        job.outcome = Outcome(LEFT)


PASSWORD = Kind(
    name=KIND,
    run=run,
    hidden=True,
    is_letter=True,
    editions=(Edition.DISTRICT,),
    noun="link for a new password by e-mail",
    changes_nothing="The password has not changed. The person can ask for a link again.",
)
