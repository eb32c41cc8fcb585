"""The e-mail to OPI's administrators when the portal's verdict turns, for the worse or the better.

It is sent past the queue, which may be what does not work. With the mail server down the log alone
says it; the e-mail about its return says what was wrong.
"""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone

from cte_portal.accounts.models import Role, User
from cte_portal.watch.models import Checkup
from cte_portal.watch.reading import Level, Reading
from cte_portal.watch.standing import standing, verdict

log = logging.getLogger("cte_portal.watch")

NAME = "verdict"


class Turn:
    """Tells of a verdict that two looks in a row have found: what passes in between is no news."""

    def __init__(self) -> None:
        self.before = ""

    def look(self) -> bool:
        """Whether it has told of a turn now. Of several that look, one tells."""
        readings = standing()
        words = summary(readings)
        twice, self.before = words == self.before, words
        row, _ = Checkup.objects.get_or_create(
            name=NAME, defaults={"good": True, "sentence": summary([]), "at": timezone.now()}
        )
        if not twice or row.sentence == words:
            return False
        good = verdict(readings) is Level.GOOD
        own = Checkup.objects.filter(name=NAME, sentence=row.sentence)
        if not own.update(sentence=words, good=good, at=timezone.now()):
            return False
        log.warning("the verdict turned: %s", words)
        tell(readings, before=row.sentence)
        return True


def summary(readings: list[Reading]) -> str:
    """The verdict and the parts that make it, as it is compared and told."""
    level = verdict(readings)
    names = ", ".join(sorted(r.name for r in readings if r.level is not Level.GOOD))
    return f"{level.word}: {names}"[:400] if names else level.word


def tell(readings: list[Reading], *, before: str) -> None:
    """Who keeps the portal is told; nothing else is known of them here but their address."""
    people = User.objects.filter(is_active=True, memberships__role=Role.OPI_ADMINISTRATOR)
    addresses = sorted(set(people.exclude(email="").values_list("email", flat=True)))
    about = {
        "level": verdict(readings),
        "bad": [reading for reading in readings if reading.level is not Level.GOOD],
        "before": before,
        "version": settings.PORTAL_VERSION,
        "link": f"{settings.PORTAL_ADDRESS}/opi/health/" if settings.PORTAL_ADDRESS else "",
    }
    subject = f"CTE Portal: {verdict(readings).word.lower()}"
    for address in addresses:
        try:
            text = render_to_string("watch/email/turned.txt", about)
            send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])
        except (OSError, SMTPException) as error:
            log.error("the turn could not be mailed: %s", type(error).__name__)
            return
