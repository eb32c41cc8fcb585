"""The e-mail at the end, for who asked: a batch that the queue list does not show. No word about
students, no file name (P-08).
"""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.letters.fate import LEFT
from cte_portal.batches.letters.mail import deliver
from cte_portal.editions import Edition
from cte_portal.plugs import directory
from cte_portal.ui.wording import moment


def run(job: Job) -> None:
    about = job.batch.about
    assert about is not None  # noqa: S101 - a notice is always about a batch
    person = about.submitted_by
    if not person.is_active or not person.email:
        job.outcome = Outcome("Not sent: the account is closed, or has no e-mail address.")
    else:
        name, where = (
            ("batch", (about.district, about.end_year))
            if about.district
            else ("statewide-batch", ())
        )
        path = reverse(name, args=[*where, about.pk])
        context = {
            "batch": about,
            "of": of_district(about.district),
            "submitted": moment(about.queued_at),
            "link": f"{settings.PORTAL_ADDRESS}{path}" if settings.PORTAL_ADDRESS else "",
            "name": settings.HELP_NAME,
        }
        subject = f"CTE Portal: {about.title}{context['of']} has ended"
        deliver(job, subject, render_to_string("batches/notice.txt", context), to=person)
        job.outcome = Outcome(LEFT)


def of_district(number: str) -> str:
    """Whose job it was: who works for several districts gets e-mails of all of them (FR-221)."""
    if not number:
        return ""
    names = dict(directory().districts([number]))
    return f" for {names[number]} ({number})" if number in names else f" for district {number}"


NOTICE = Kind(
    name="notice",
    run=run,
    hidden=True,
    is_letter=True,
    editions=(Edition.DISTRICT,),
    noun="e-mail at the end of a job",
)
