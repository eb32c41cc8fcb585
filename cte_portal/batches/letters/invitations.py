"""Invitations of many people: a batch an e-mail, which the queue list does not show
(Plug.batch_kinds).

The link's secret is kept nowhere: it is made when the e-mail is handed over, in place of one that
nobody knew. Who was given a newer link meanwhile, or has chosen a password, gets no e-mail.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from cte_portal.accounts.models import Invitation, User
from cte_portal.accounts.sign_in.letters import invitation
from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.letters.fate import LEFT, Fate, fate_of
from cte_portal.batches.letters.mail import deliver
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import Order, submit_all
from cte_portal.editions import Edition

KIND, TITLE = "invitation", "Invitation by e-mail"


def queue_all(invitations: Iterable[Invitation], *, by: User, address: str) -> None:
    """Queue the e-mails with a few statements, one for each invitation. Links in them begin with
    `address`, the portal's own.
    """
    orders = (
        Order(
            by=by,
            key=f"{invitation.user_id}:{invitation.made_at:%Y%m%d%H%M%S%f}",
            options={
                "person": invitation.user_id,
                "made_at": invitation.made_at.isoformat(),
                "address": address,
            },
        )
        for invitation in invitations
    )
    submit_all(KIND, orders, title=TITLE)


def run(job: Job) -> None:
    options = job.batch.options
    person = User.objects.get(pk=options["person"])
    if not person.email:
        job.outcome = Outcome("Not sent: the account has no e-mail address.")
        return
    secret = Invitation.objects.renew(options["person"], options["made_at"])
    if secret is None:
        job.outcome = Outcome("Not sent: the person has a newer link, or has used one.")
        return
    link = f"{options['address']}{reverse('invitation-link', args=[secret])}"
    deliver(job, *invitation(person, link, job.batch.submitted_by), to=person)
    job.outcome = Outcome(LEFT)


def fate(person: User) -> Fate | None:
    """What became of the e-mail with the link that the person has now (Plug.fate_of_invitation)."""
    link = person.waits
    if link is None:
        return None
    letters = Batch.objects.filter(
        kind=KIND, options__person=person.pk, options__made_at=link.made_at.isoformat()
    )
    letter = letters.order_by("-queued_at").first()
    return fate_of(letter) if letter else None


INVITATION = Kind(
    name=KIND,
    run=run,
    hidden=True,
    is_letter=True,
    editions=(Edition.DISTRICT,),
    noun="invitation by e-mail",
    changes_nothing="The account exists. Make a one-time link on the person's page.",
)
