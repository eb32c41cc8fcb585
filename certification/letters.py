"""Letters about certification: batches that the queue list does not show. One link each, no word about students (design 9).

A letter is queued in the transaction of what it tells of, so that it is sent if and only if that happened, also when the mail server is
down just then; its key keeps it from being sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from cte_portal.accounts.models import User
from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope


def queue(template: str, subject: str, *, to: User, by: User, scope: Scope | None, path: str, key: str, told: Mapping[str, str]) -> Batch:
    """Queue `templates/certification/email/<template>.txt` for one person; `path` is where its link leads."""
    options = {"template": template, "subject": subject, "to": to.pk, "path": path, "told": dict(told)}
    return submit("letter", by=by, title="Letter about certification", scope=scope, options=options, key=key)


def run(job: Job) -> None:
    options = job.batch.options
    person = User.objects.filter(pk=options["to"], is_active=True).exclude(email="").first()
    if person is None:
        job.outcome = Outcome("Not sent: the account is closed, or has no e-mail address.")
        return
    link = f"{settings.PORTAL_ADDRESS}{options['path']}" if settings.PORTAL_ADDRESS else ""
    told = {**options["told"], "person": person, "link": link, "name": settings.HELP_NAME, "phone": settings.HELP_PHONE}
    text = render_to_string(f"certification/email/{options['template']}.txt", told)
    send_mail(options["subject"], text, settings.DEFAULT_FROM_EMAIL, [person.email])
    job.outcome = Outcome("Sent.")


LETTER = Kind(name="letter", run=run, hidden=True)
