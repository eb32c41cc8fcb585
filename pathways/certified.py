"""The questions of the records to certification, which stands above them: one protocol, answered by
the object that settings.PORTAL_CERTIFIED names.

Nothing else of certification is known here. `pathways/checks.py` looks at the answers when the
portal starts.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from cte_portal.editions import Scope

if TYPE_CHECKING:  # the check is registered before there are models
    from django.contrib.auth.models import AnonymousUser

    from cte_portal.accounts.models import User
    from pathways.models import CollectionLock

EXTEND = "extend"
"""The choice at a year's end that changes nothing: OPI gives later dates first."""


@dataclass(frozen=True)
class LockLinks:
    """Addresses; `request` is empty where nothing can be asked for. `certifies`: the person may
    ask.
    """

    receipt: str
    request: str = ""
    certifies: bool = False


@dataclass(frozen=True)
class SealedYear:
    """The official sealed copy of the End of Year collection, which no later change of a record
    moves.
    """

    receipt: str
    url: str
    sealed_at: datetime.datetime
    students: int
    concentrators: int
    participants: int
    records: int


@dataclass(frozen=True)
class SealedFiles:
    """The files of an official sealed copy, which never change, as (format, address); `title` is
    the layout's.
    """

    title: str
    receipt: str
    url: str
    sealed_at: datetime.datetime
    rows: int
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SealedConcentrators:
    """Rows of a sealed copy that say Yes, as `state_id`, `pathway_code` and `pathway_name`: a
    question that can be asked within another one.
    """

    receipt: str
    rows: QuerySet[Any, tuple[str, str, str]]


@dataclass(frozen=True)
class Unfinished:
    """`choices` are what OPI may do, by (value, label); `decide` does it, with the person and the
    reason, as the next year begins.
    """

    sentences: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    need_reason: tuple[str, ...]
    """The choices that nobody makes without saying why."""
    way_out: str
    """The page on which later dates are given."""
    decide: Callable[[str, User, str], None]


class Certified(Protocol):
    """The answers that certification must give."""

    def data_changed(self, scope: Scope) -> None:
        """The state's rows or an explanation have changed: what was signed may no longer cover
        them. Called in the transaction that changed them, with the district held.
        """

    def rules_changed(self) -> None:
        """OPI's lists or what a rule weighs have changed. Called outside of any transaction: each
        district is held by itself.
        """

    def signed_by(self, scope: Scope) -> list[str]:
        """The names under which the year's End of Year collection stands signed and not yet sealed:
        what is sent now voids them.
        """

    def lock_links(
        self, lock: CollectionLock | None, person: User | AnonymousUser
    ) -> LockLinks | None:
        """The links of a locked collection: to what locked it, and to a request for its correction.
        None where nothing is locked.
        """

    def sealed_year(self, scope: Scope) -> SealedYear | None:
        """None for a year that was never sealed."""

    def sealed_files(self, scope: Scope) -> list[SealedFiles]:
        """Of each collection of the year that is certified; none of one that is not."""

    def sealed_concentrators(self, scope: Scope) -> SealedConcentrators | None:
        """The concentrators of the year's official sealed copy of the End of Year collection; None
        for a year that was never sealed.
        """

    def last_certified_year(self, scope: Scope) -> int | None:
        """The district's last certified end year before the scope's."""

    def year_is_held(self) -> str:
        """The reason why the current year cannot end now; empty when nothing holds it."""

    def unfinished(self) -> Unfinished | None:
        """The districts that the current year leaves unfinished when the next one begins; None when
        all have finished.
        """

    def follow_up_moved(self, end_year: int) -> None:
        """OPI's dates of the year's follow-up have changed. Called in the transaction that changed
        them.
        """

    def holds_sending(self, scope: Scope) -> str:
        """The reason why nothing of the scope's year may go to the state yet; empty when it may."""


def certified() -> Certified:
    return _load(settings.PORTAL_CERTIFIED)


@cache
def _load(path: str) -> Certified:
    answers: Certified = import_string(path)
    return answers
