"""A status that changes by a table of transitions alone, in one method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models


class IllegalMove(RuntimeError):
    """A fault of the program: actions ask `may_become`, or know the status, before they move
    anything.
    """

    def __init__(self, thing: models.Model, status: str) -> None:
        super().__init__(f"{thing._meta.label} {thing.pk} does not become {status}")


class Moves(models.Model):
    """A model with a `status`, and a table `MOVES` that names every status with those that may
    follow it.
    """

    MOVES: ClassVar[Mapping[Any, tuple[Any, ...]]]

    status: Any

    class Meta:
        abstract = True

    def may_become(self, status: str) -> bool:
        return status in self.MOVES[self.status]

    def become(self, status: str, **fields: Any) -> None:
        """Store the status and what is written with it; other fields are left as they stand. Only
        actions call this, within their transaction.

        The row must still have the status that was read, so a move that somebody else made
        meanwhile is refused, too.
        """
        if not self.may_become(status):
            raise IllegalMove(self, status)
        rows: models.Manager[Any] = type(self)._base_manager
        if not rows.filter(pk=self.pk, status=self.status).update(status=status, **fields):
            raise IllegalMove(self, status)
        for name, value in {"status": status, **fields}.items():
            setattr(self, name, value)
