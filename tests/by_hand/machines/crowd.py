"""Six clerks who save all the time, and one who uploads."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from tests.by_hand.kill_people import Clerk, Loader, Person

CLERKS = 6


class Mark(NamedTuple):
    """How far the clerks were at a moment."""

    saves: list[int]
    troubles: int


class Crowd:
    def __init__(self, base: str, people: dict[str, Any]) -> None:
        self.bell = threading.Event()
        self.clerks = [
            Clerk(
                *(base, account["user"], people["password"], self.bell, 1.0),
                district=account["district"],
                students=account["students"],
                pathway=people["pathway"],
            )
            for account in people["clerks"][:CLERKS]
        ]
        account = people["loaders"][0]
        self.loader = Loader(
            *(base, account["user"], people["password"], self.bell, 5.0),
            district=account["district"],
            rows=account["rows"],
        )

    @property
    def everybody(self) -> list[Person]:
        return [*self.clerks, self.loader]

    def start(self) -> None:
        for person in self.everybody:
            person.start()
        if not all(person.at_work.wait(120) for person in self.everybody):
            raise SystemExit("Somebody cannot sign in through the proxy.")

    def stop(self) -> None:
        self.bell.set()
        for person in self.everybody:
            person.join(90)

    def mark(self) -> Mark:
        return Mark(
            [len(clerk.reports) for clerk in self.clerks],
            sum(clerk.troubles for clerk in self.clerks),
        )

    def saves(self, since: Mark | None = None) -> list[dict[str, Any]]:
        first = since.saves if since else [0] * CLERKS
        return [
            save
            for clerk, begins in zip(self.clerks, first, strict=True)
            for save in clerk.reports[begins:]
        ]
