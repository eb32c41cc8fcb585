"""Handing an e-mail to the mail server: sent once, later if the server is down just now (F-25)."""

from __future__ import annotations

import datetime
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.job import CannotRun, Job, NotYet
from cte_portal.batches.letters.fate import WAITS

FIRST_WAIT = 30  # seconds
LONGEST_WAIT = 30 * 60
GIVEN_UP = datetime.timedelta(days=3)


def deliver(job: Job, subject: str, text: str, *, to: User, address: str = "") -> None:
    """Send one e-mail, to another `address` than the person's own where one is given. While the
    mail server does not answer the batch waits, each time twice as long; after three days it has
    failed.
    """
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address or to.email])
    except SMTPRecipientsRefused as error:
        if all(code >= 500 for code, _ in error.recipients.values()):
            raise CannotRun(f"The mail server rejected the address of {to.record_name}.") from error
        _wait(job, error)
    except (OSError, SMTPException) as error:
        _wait(job, error)


def _wait(job: Job, error: Exception) -> None:
    waited = timezone.now() - job.batch.queued_at
    if waited > GIVEN_UP:
        raise CannotRun("The mail server did not answer for three days.") from error
    raise NotYet(WAITS, min(LONGEST_WAIT, max(FIRST_WAIT, waited.total_seconds()))) from error
