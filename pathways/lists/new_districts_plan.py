"""A plan of what a file of districts and first administrators adds, line by line.

Nothing that is there is changed and nothing is removed: a district under another name is held, and
a person who has an account, or the name of somebody who has one, is asked about, as when one person
is added.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.accounts.models.names import name_key
from pathways.files.cells import plain
from pathways.lists import districts_file
from pathways.lists.districts_file import DistrictRow, Written
from pathways.models import District

ADMINISTRATOR = Role.DISTRICT_ADMINISTRATOR


class LineOutcome(StrEnum):
    NEW = "new"
    ASKED = "asked"
    SAME = "same"
    HELD = "held"
    WRONG = "wrong"


STATUS = {
    LineOutcome.NEW: ("completed", "New"),
    LineOutcome.ASKED: ("warning", "Your answer"),
    LineOutcome.SAME: ("none", "Unchanged"),
    LineOutcome.HELD: ("warning", "Held"),
    LineOutcome.WRONG: ("problem", "Wrong"),
}


@dataclass(frozen=True)
class NewDistrict:
    """One line of the file and its outcome. `account` gets the role; without one the row's person
    is invited.
    """

    written: Written
    outcome: LineOutcome
    words: str
    row: DistrictRow | None = None
    new_district: bool = False
    account: User | None = None

    @property
    def status(self) -> tuple[str, str]:
        return STATUS[self.outcome]

    @property
    def number(self) -> int:
        return self.written.line

    @property
    def district(self) -> str:
        return " ".join(self.written.cells[:2])

    @property
    def person(self) -> str:
        return " ".join(filter(None, self.written.cells[2:4]))

    @property
    def email(self) -> str:
        return self.row.email if self.row else self.written.cells[4]

    @property
    def adds_person(self) -> bool:
        return bool(self.row and self.row.email and not self.account)


@dataclass(frozen=True)
class NewDistrictsPlan:
    lines: Sequence[NewDistrict]

    @property
    def digest(self) -> str:
        """Differs as soon as any line would do something else."""
        text = "\n".join(f"{line.written} {line.outcome} {line.words}" for line in self.lines)
        return hashlib.sha256(text.encode()).hexdigest()

    def of(self, *outcomes: LineOutcome) -> list[NewDistrict]:
        return [line for line in self.lines if line.outcome in outcomes]

    @property
    def new(self) -> list[NewDistrict]:
        return self.of(LineOutcome.NEW)

    @property
    def questions(self) -> list[NewDistrict]:
        return self.of(LineOutcome.ASKED)

    @property
    def same(self) -> list[NewDistrict]:
        return self.of(LineOutcome.SAME)

    @property
    def left_out(self) -> list[NewDistrict]:
        return self.of(LineOutcome.HELD, LineOutcome.WRONG)

    @property
    def counts(self) -> Counter[LineOutcome]:
        return Counter(line.outcome for line in self.lines)

    @property
    def districts(self) -> int:
        return len({line.row.number for line in self.new if line.row and line.new_district})

    @property
    def people(self) -> int:
        return len({line.email for line in self.new if line.adds_person})

    def chosen(self, confirmed: Collection[int]) -> list[NewDistrict]:
        """The lines to save: those that need no answer, and those that were answered."""
        return [
            line
            for line in self.lines
            if line.outcome is LineOutcome.NEW
            or (line.outcome is LineOutcome.ASKED and line.number in confirmed)
        ]

    def is_done(self, confirmed: Collection[int]) -> bool:
        """True when all that could be saved, with these answers, is in the portal."""
        return (
            not self.chosen(confirmed)
            and {line.number for line in self.same} >= set(confirmed)
            and bool(self.same)
        )


def plan(rows: Iterable[Written], by: User) -> NewDistrictsPlan:
    rows = list(rows)
    weighing = Weighing(rows, by)
    return NewDistrictsPlan([weighing.line(written) for written in rows])


class Weighing:
    """The portal's districts and people and, line after line, those that the file has named so far."""

    def __init__(self, rows: Sequence[Written], by: User) -> None:
        self.by = by
        self.districts = dict(District.objects.values_list("number", "name"))
        people = list(
            User.objects.only("username", "first_name", "last_name", "email", "is_active").order_by(
                "username"
            )
        )
        self.accounts = {person.email: person for person in people if person.email}
        self.usernames = {person.username.lower(): "" for person in people}
        self.namesakes: defaultdict[str, list[User]] = defaultdict(list)
        for person in people:
            self.namesakes[name_key(person.first_name, person.last_name)].append(person)
        self.administrators = set(
            Membership.objects.filter(role=ADMINISTRATOR).values_list("user_id", "district")
        )
        self.named: dict[str, DistrictRow] = {}
        self.people: dict[str, DistrictRow] = {}
        self.pairs: dict[tuple[str, str], int] = {}
        self.problems: dict[int, str] = {}
        self.typed: dict[int, DistrictRow] = {}
        self.addresses: defaultdict[str, dict[str, int]] = defaultdict(dict)
        """Of each name in the file, its addresses and their first lines."""
        for written in rows:
            try:
                row = self.typed[written.line] = districts_file.typed(written)
            except ValueError as problem:
                self.problems[written.line] = str(problem)
            else:
                if row.email:
                    self.addresses[name_key(row.first_name, row.last_name)].setdefault(
                        row.email, row.line
                    )

    def line(self, written: Written) -> NewDistrict:
        row = self.typed.get(written.line)
        if row is None:
            return NewDistrict(written, LineOutcome.WRONG, self.problems[written.line])
        known = self.districts.get(row.number)
        if known is not None and plain(known) != plain(row.name):
            words = (
                f"The portal calls {row.number} “{known}”. If this is the same district, write that"
                " name, or change it under Districts"
            )
            return NewDistrict(written, LineOutcome.HELD, words)
        first = self.named.setdefault(row.number, row)
        if plain(first.name) != plain(row.name):
            return NewDistrict(
                written, LineOutcome.WRONG, f"Line {first.line} calls {row.number} “{first.name}”"
            )
        new = known is None
        if not row.email:
            if new and first is row:
                return NewDistrict(written, LineOutcome.NEW, "New district", row, new)
            return NewDistrict(
                written,
                LineOutcome.SAME,
                f"Same district as line {first.line}" if new else "This district is in the portal",
            )
        outcome, words, account = self._person(row)
        if outcome is LineOutcome.NEW and new:
            words = f"New district. {words}"
        return NewDistrict(written, outcome, words, row, new, account)

    def _person(self, row: DistrictRow) -> tuple[LineOutcome, str, User | None]:
        """The outcome for a line's person."""
        if (line := self.pairs.setdefault((row.email, row.number), row.line)) != row.line:
            return LineOutcome.SAME, f"Line {line} has this person in this district", None
        if account := self.accounts.get(row.email):
            return *self._account(account, row), account
        first = self.people.setdefault(row.email, row)
        if (first.first_name, first.last_name, first.username) != (
            row.first_name,
            row.last_name,
            row.username,
        ):
            return (
                LineOutcome.WRONG,
                f"Line {first.line} has this e-mail address with another name or user name",
                None,
            )
        if self.usernames.setdefault(row.username.lower(), row.email) != row.email:
            return (
                LineOutcome.WRONG,
                (
                    f"Another person has the user name {row.username}. Enter another one in the"
                    " column User Name"
                ),
                None,
            )
        if question := self._namesake(row):
            return LineOutcome.ASKED, question, None
        return LineOutcome.NEW, f"Invitation to {row.email}. The user name is {row.username}", None

    def _account(self, account: User, row: DistrictRow) -> tuple[LineOutcome, str]:
        if account.pk == self.by.pk:
            return (
                LineOutcome.WRONG,
                "This is your own e-mail address. Another OPI Administrator can give you a role",
            )
        if (account.pk, row.number) in self.administrators:
            return LineOutcome.SAME, f"{account.choice_name} is District Administrator there"
        closed = "" if account.is_active else ", whose account is closed"
        return (
            LineOutcome.ASKED,
            (
                f"{row.email} belongs to {account.choice_name}{closed}. Add the role there? No"
                " e-mail is sent"
            ),
        )

    def _namesake(self, row: DistrictRow) -> str:
        key = name_key(row.first_name, row.last_name)
        if accounts := self.namesakes.get(key):
            named = ", ".join(
                f"{account.choice_name}{f', {account.email}' if account.email else ''}"
                for account in accounts[:5]
            )
            return (
                f"Someone with this name is already here: {named}. Is this another person? Then an"
                f" invitation goes to {row.email}"
            )
        if lines := [line for address, line in self.addresses[key].items() if address != row.email]:
            return (
                f"Line {lines[0]} has the same name with another e-mail address. Are these two"
                f" people? Then an invitation goes to {row.email}"
            )
        return ""
