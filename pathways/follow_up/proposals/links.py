"""Making a student's link and taking the answer that comes by it: a proposal like any other."""

from __future__ import annotations

import datetime

from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.pages.days import ends
from cte_portal.plugs import Kept
from cte_portal.refusals import Refusal
from pathways.follow_up import outcomes
from pathways.follow_up.proposals.proposing import OutsideAnswer, Source, judge, keep
from pathways.models import AnswerLink

LIFETIME = datetime.timedelta(days=14)
SHOWN_AFTER = datetime.timedelta(days=30)


def make_link(scope: Scope, entry: int, *, by: str, by_id: int) -> str:
    """The secret of the line's new link; an earlier one ends. It works two weeks, and no longer
    than OPI's days of contact. Raises a Refusal.
    """
    with outcomes.follow_up_open(scope) as year:
        line = outcomes.entry_to_write(scope, entry)
        last = min(timezone.now() + LIFETIME, ends(year.closes))
        if last <= timezone.now():
            raise Refusal("The days of contact are over. No link was made.")
        return AnswerLink.objects.make(line.pk, last, by=by, by_id=by_id)


def scope_of(secret: str) -> Scope | None:
    """Whose list the link belongs to; None where it works no more."""
    links = AnswerLink.objects.by_secret(secret).filter(entry__left_at=None)
    row = links.values_list("entry__student__district_id", "entry__end_year").first()
    return Scope(*row) if row else None


def take_answer(scope: Scope, secret: str, status: str) -> bool:
    """Keep the student's answer and end the link. False where the link works no more. Raises a
    Refusal.
    """
    with outcomes.follow_up_open(scope):
        link = AnswerLink.objects.by_secret(secret).first()
        if link is None:
            return False
        line = outcomes.entry_to_write(scope, link.entry_id)
        answer = OutsideAnswer(line.pk, status, timezone.localdate())
        judge(scope, answer)
        keep(scope, [answer], Source.STUDENT, "", by="", by_id=None)
        link.delete()
        return True


def _over() -> int:
    before = timezone.now() - SHOWN_AFTER
    return AnswerLink.objects.filter(expires_at__lt=before).delete()[0]


LINKS = Kept("links of leavers", f"{SHOWN_AFTER.days} days after they expire", _over)
