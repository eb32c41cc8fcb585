"""Sending a queued e-mail. Its dates are read again, because it may have waited for the mail
server.
"""

from __future__ import annotations

from typing import Any

from certification.letters import letters, occasions
from certification.letters.letters import Letter
from certification.models.dates import in_short
from certification.status.district_event import DistrictEvent
from certification.status.status import event_of
from cte_portal.accounts.models import User
from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.letters.fate import LEFT
from cte_portal.batches.letters.mail import deliver
from cte_portal.batches.models import Batch
from cte_portal.editions import Edition, Scope
from pathways.models import District


def run(job: Job) -> None:
    options = job.batch.options
    person = User.objects.filter(pk=options["to"], is_active=True).exclude(email="").first()
    if person is None:
        job.outcome = Outcome("Not sent: the account is closed, or has no e-mail address.")
        return
    if options.get("event"):
        letter = _fresh(job.batch, person)
        if isinstance(letter, str):
            job.outcome = Outcome(f"Not sent: {letter}.")
            return
        options = letter.options
    deliver(job, options["subject"], letters.text(options, person), to=person)
    job.outcome = Outcome(LEFT)


def _fresh(batch: Batch, person: User) -> Letter | str:
    """The e-mail with the dates and signers of now, or the reason it is not sent any more."""
    options, scope = batch.options, Scope(batch.district, int(batch.end_year or 0))
    district_event = event_of(scope, options["event"])
    if district_event is None or not district_event.event.is_published:
        return "the event is closed"
    name = (
        District.objects.filter(number=scope.district).values_list("name", flat=True).first() or ""
    )
    if options["template"] == "published":
        return occasions.publication(district_event, name, person)
    if reason := district_event.why_not_waited_for:
        return reason
    if occasions.has_done(district_event, person, occasions.signers_of(district_event.event)):
        return "the person has signed"
    if options["template"] == "reminder":
        return occasions.reminder(district_event, name, person, options["told"]["text"])
    return _of_the_date(district_event, name, person, options)


def _of_the_date(
    district_event: DistrictEvent, name: str, person: User, options: dict[str, Any]
) -> Letter | str:
    if options["last_day"] != district_event.last_day.isoformat():
        return f"the last day is now {in_short(district_event.last_day)}"
    kind = occasions.kind_of_day(district_event)
    if (kind == occasions.OVERDUE) != (options["template"] == "overdue"):
        return "the due date has passed"
    return occasions.about_the_date(district_event, name, person, kind)


LETTER = Kind(
    name=letters.KIND,
    run=run,
    hidden=True,
    is_letter=True,
    editions=(Edition.DISTRICT,),
    noun="e-mail about certification",
)
