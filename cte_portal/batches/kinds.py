"""Kinds of batches; each app's plug names its own (Plug.batch_kinds)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import IO, Any

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.job import Job
from cte_portal.batches.models import DISTRICT, Batch
from cte_portal.editions import Edition
from cte_portal.plugs import BatchKind, plugs


@dataclass(frozen=True)
class Kind(BatchKind):
    """What the queue has to know of a kind of work.

    `run` does the work and leaves its outcome on the job. `capability` is what the submitter must
    still have when the work begins. `result` gives the template of the finished batch's page and
    what it shows, by what the address asks; without one the page shows sentence and files.
    """

    run: Callable[[Job], None]
    queue: str = DISTRICT
    capability: Capability | None = None
    in_turn: bool = False
    of_any_year: bool = False
    """Whether a person may do it in a school year that is not the current one."""
    hidden: bool = False
    is_letter: bool = False
    """Whether it is an e-mail to one person."""
    editions: tuple[Edition, ...] = tuple(Edition)
    """Whose databases it works with: it waits while one of them is out of reach."""
    noun: str = "work"
    """What who waits for it is told, and OPI when it failed unseen."""
    changes_nothing: str = "Nothing was changed."
    unit: str = "row"
    """What its progress counts."""
    result: Callable[[Batch, Mapping[str, str]], tuple[str, dict[str, Any]]] | None = None
    keep: Callable[[IO[bytes], Batch], IO[bytes] | None] | None = None
    """What of a file that is sent is stored: the file itself, another without what the portal does
    not read, or nothing. What the job has to know of it goes into the batch's options.
    """


@cache
def _kinds() -> dict[str, Kind]:
    return {
        kind.name: kind for plug in plugs() for kind in plug.batch_kinds if isinstance(kind, Kind)
    }


def kind_of(name: str) -> Kind:
    """The kind of a row. An upgrade that was taken back may have left rows of a kind that nobody
    knows: they are shown, and never run.
    """
    return _kinds().get(name) or Kind(
        name, _never, noun="job of a kind that this version does not know"
    )


def kind_named(name: str) -> Kind:
    """The kind of new work; raises KeyError for one that is not registered."""
    return _kinds()[name]


def is_known(name: str) -> bool:
    return name in _kinds()


def known_names() -> list[str]:
    return list(_kinds())


def letter_names() -> list[str]:
    return [name for name, kind in _kinds().items() if kind.is_letter]


def _never(job: Job) -> None:
    raise LookupError
