"""E-mails about certification are batches that the queue list does not show. One link each, no word
about students (design 9).

An e-mail is queued in the transaction of what it tells of, so that it is sent if and only if that
happened, also when the mail server is down just then; its key keeps it from being sent twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Notice, moment
from cte_portal.batches.notices.notices import tell
from cte_portal.batches.submit import Order, submit, submit_all
from cte_portal.editions import Scope

KIND, TITLE = "letter", "E-mail about certification"


@dataclass(frozen=True)
class Letter:
    """An e-mail to one person, made of `templates/certification/letters/<template>.txt`. `path` is
    where its link leads; the person and `key` tell it from others.
    """

    template: str
    subject: str
    to: User
    scope: Scope | None
    path: str
    key: str
    facts: Mapping[str, str]
    event: int | None = None
    """The event of an e-mail about dates; it is looked at again when the e-mail is sent."""
    last_day: str = ""
    """The last day that an e-mail about dates names."""

    @property
    def options(self) -> dict[str, Any]:
        date_options = {"event": self.event, "last_day": self.last_day} if self.event else {}
        return {
            "template": self.template,
            "subject": self.subject,
            "to": self.to.pk,
            "path": self.path,
            "told": dict(self.facts),
            **date_options,
        }

    @property
    def batch_key(self) -> str:
        """What its batch is found by, once it is queued."""
        return f"{self.to.pk}:{KIND}:{self.key}"

    @property
    def text(self) -> str:
        return text(self.options, self.to)


def queue(
    template: str,
    subject: str,
    *,
    to: User,
    by: User,
    scope: Scope | None,
    path: str,
    key: str,
    facts: Mapping[str, str],
) -> Batch:
    """Queue an e-mail that `by` has caused."""
    letter = Letter(template, subject, to, scope, path, key, facts)
    _notice([letter])
    return submit(KIND, by=by, title=TITLE, scope=scope, options=letter.options, key=key)


def queue_all(letters: Iterable[Letter], *, after: float = 0) -> None:
    """Queue e-mails with a few statements, each person's own under its key once, whoever caused it."""
    letters = list(letters)
    _notice(letters, after=after)
    orders = (
        Order(by=letter.to, key=letter.key, scope=letter.scope, options=letter.options, after=after)
        for letter in letters
    )
    submit_all(KIND, orders, title=TITLE)


NEWS = (
    "signature_void",
    "second_signer",
    "recertification_asked",
    "recertification_answered",
    "recertification_demanded",
    "year_closed",
)
"""The news of these e-mails stand on the person's next page too; dates are on every page anyway."""


def notice_key(key: str) -> str:
    return f"letter:{key}"


def _notice(letters: Iterable[Letter], *, after: float = 0) -> None:
    tell(
        Notice(
            user=letter.to,
            key=notice_key(letter.key),
            kind=Notice.Kind.ATTENTION,
            text=letter.subject.removeprefix("CTE Portal: ")[:300],
            # A request is answered from the list; its own page is gone when the event is closed
            # meanwhile.
            path=(
                reverse("recertification-inbox")
                if letter.template == "recertification_asked"
                else letter.path
            ),
            at=moment(after),
        )
        for letter in letters
        if letter.template in NEWS
    )


def not_yet_queued(letters: Iterable[Letter]) -> list[Letter]:
    """The e-mails that have not been queued under their key."""
    letters_by_key = {f"{letter.to.pk}:{KIND}:{letter.key}": letter for letter in letters}
    keys_queued = set(
        Batch.objects.filter(idempotency_key__in=letters_by_key).values_list(
            "idempotency_key", flat=True
        )
    )
    return [letter for key, letter in letters_by_key.items() if key not in keys_queued]


def text(options: Mapping[str, Any], person: User) -> str:
    link = f"{settings.PORTAL_ADDRESS}{options['path']}" if settings.PORTAL_ADDRESS else ""
    account = {
        "closed": person.dormant,
        "opens": f"{settings.PORTAL_ADDRESS}{reverse('account_reset_password')}" if link else "",
    }
    facts = {
        **options["told"],
        **account,
        "person": person,
        "link": link,
        "name": settings.HELP_NAME,
        "phone": settings.HELP_PHONE,
    }
    return render_to_string(f"certification/letters/{options['template']}.txt", facts)
