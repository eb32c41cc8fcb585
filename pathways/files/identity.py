"""The student and the pathway that a row names, looked up in what the portal knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from typing import Any

from cte_portal.words import listed_name
from pathways.files import damage
from pathways.files.answers import NO_VALUE
from pathways.files.cells import plain
from pathways.files.damage import Damage, Pattern
from pathways.files.header import other_layout
from pathways.files.known import Known, KnownStudent
from pathways.files.layout import Layout
from pathways.files.summary import Summary
from pathways.files.text import FileRefused

DIGITS = re.compile(r"[0-9]+", re.ASCII)
_STATE_ID = re.compile(r"[0-9]{9}", re.ASCII)
_EXCEL_ID = re.compile(
    r"[0-9]{8}|[0-9.]+[eE][+-]?[0-9]+|[0-9]+\.0*|=\"?[0-9]+\"?|'[0-9]+", re.ASCII
)
POINT = "number read without “.0” at its end|numbers read without “.0” at their end"
_CODE = "pathway code read with its leading zero|pathway codes read with their leading zero"


class Identity:
    """Student and pathway are never guessed: a row that names none is told what to write."""

    def __init__(self, layout: Layout, known: Known, summary: Summary) -> None:
        self.layout, self.known, self.summary = layout, known, summary
        self._at = {column.field: at for at, column in enumerate(layout.columns)}

    def is_elsewhere(self, cells: list[str], wrong: Callable[..., None]) -> bool:
        """True when the row belongs elsewhere: another kind of record, another district, another
        year.
        """
        elsewhere = False
        for at in (1, -1):
            if (text := damage.without_point(cells[at])) != cells[at]:
                self.summary.adjusted[POINT] += 1
                cells[at] = text
        kind, district, year = cells[0], cells[1], cells[-1]
        if kind != self.layout.record_type:
            if kind.upper() == self.layout.record_type:
                self.summary.adjusted[
                    f"record type read as {self.layout.record_type}|record types read as"
                    f" {self.layout.record_type}"
                ] += 1
            elif sentence := other_layout(self.layout, kind.upper()):
                raise FileRefused(sentence)
            else:
                wrong("record_type", "CTE-402", f"Record Type must be {self.layout.record_type}")
                elsewhere = True
        if district != self.known.district:
            self.summary.districts[district[:20]] += 1
            wrong("district", "CTE-403", self._district_words(district))
            elsewhere = True
        if year != str(self.known.end_year):
            self.summary.years[year[:20]] += 1
            wrong(
                "end_year",
                "CTE-412",
                f"End Year must be {self.known.end_year}" if year else "Enter the End Year",
            )
            elsewhere = True
        return elsewhere

    def _district_words(self, district: str) -> str:
        own = self.known.district
        if DIGITS.fullmatch(district) and len(district) < 4 and district.zfill(4) == own:
            return f"District Number has 4 digits. Enter {own}"
        return f"District Number must be {own}"

    def student(
        self, cells: list[str], spoiled: AbstractSet[str], wrong: Callable[..., None]
    ) -> int | None:
        """The student's key. `spoiled` are the fields that have a problem already."""
        text = cells[self._at["student"]]
        if "student" in spoiled:
            return None
        student = self.known.student(text)
        if student is None:
            if not _STATE_ID.fullmatch(text):
                self._state_id(text, wrong)
            return None
        local_id = cells[self._at["local_id"]]
        if (
            "local_id" not in spoiled
            and local_id
            and student.local_id
            and local_id != student.local_id
        ):
            self._local_id(local_id, student, wrong)
        names = cells[self._at["last_name"]], cells[self._at["first_name"]]
        if names == (student.last_name, student.first_name):  # as nearly all rows have them
            return student.pk
        last, first = ("" if cell.upper() in damage.EMPTY else cell for cell in names)
        if not student.is_named(last, first) and not student.is_named(*names):
            sentence = (
                "The portal has this student as"
                f" {listed_name(student.last_name, student.first_name)}"
            )
            wrong(
                "last_name", "CTE-407", f"{sentence}. The name is not changed", f"{last}, {first}"
            )
        return student.pk

    def _state_id(self, text: str, wrong: Callable[..., None]) -> None:
        """A State ID is never guessed; where a spreadsheet left one that the portal knows, it is
        the remedy.
        """
        hint = (
            ". Excel may have changed this column: format it as text"
            if _EXCEL_ID.fullmatch(text)
            else ""
        )
        damaged = Damage(Pattern.CHANGED_ID) if hint else None
        bare = damage.bare(damage.without_point(text))
        if DIGITS.fullmatch(bare) and len(bare) <= 9 and self.known.student(bare.zfill(9)):
            padded = bare.zfill(9)
            pattern = Pattern.LOST_ZEROS if len(bare) < 9 else Pattern.CHANGED_ID
            hint, damaged = (
                f". Enter {padded}, and format the column as text",
                Damage(pattern, write=padded),
            )
        elif text.upper() in damage.EMPTY:
            hint, damaged = f". “{text}” means that there is no value", Damage(Pattern.NO_VALUE)
        wrong(
            "student",
            "CTE-404",
            f"A State ID has 9 digits{hint}" if text else "Enter the Student State ID",
            damaged=damaged,
        )

    def _local_id(self, text: str, student: KnownStudent, wrong: Callable[..., None]) -> None:
        """A Local ID without its zeros is taken; one that differs is told with the portal's own
        (FR-202).
        """
        if text.upper() in damage.EMPTY:
            self.summary.adjusted[NO_VALUE] += 1
            return
        bare, sentence = (
            damage.bare(text),
            f"The portal has Local ID {student.local_id} for this student",
        )
        number = damage.whole_number(bare)
        if bare == student.local_id or (
            number is not None and number == damage.whole_number(student.local_id)
        ):
            wrong("local_id", "CTE-422", f"{sentence}. A spreadsheet has changed how it is written")
        elif damage.is_rounded(text):
            wrong(
                "local_id",
                "CTE-406",
                f"{sentence}. A spreadsheet has rounded it",
                damaged=Damage(Pattern.CHANGED_ID, write=student.local_id),
            )
        else:
            wrong("local_id", "CTE-406", sentence)

    def pathway(
        self, cells: list[str], spoiled: set[str], wrong: Callable[..., None]
    ) -> int | None:
        """The pathway's key, found by its code or its name."""
        text = cells[self._at["pathway"]]
        if not text or "pathway" in spoiled:
            return None
        pathway = self.known.pathways.get(text) or self.known.pathways.get(plain(text))
        if pathway:
            if text != self.known.names[pathway] and not DIGITS.fullmatch(text):
                self.summary.adjusted[
                    "pathway name read in OPI's spelling|pathway names read in OPI's spelling"
                ] += 1
            return pathway
        number = damage.whole_number(text)
        if number is not None and (pathway := self.known.numbers.get(number)):
            self.summary.adjusted[POINT if text.endswith("0") and "." in text else _CODE] += 1
            return pathway
        if text.upper() in damage.EMPTY:
            wrong(
                "pathway",
                "CTE-410",
                f"“{text}” means that there is no value. Enter the CTE Pathway",
                damaged=Damage(Pattern.NO_VALUE),
            )
            return None
        names = {plain(name): name for name in self.known.names.values()}
        stem = [
            name for key, name in names.items() if len(text) > 5 and key.startswith(plain(text))
        ]
        near = [names[key] for key in get_close_matches(plain(text)[:100], names, n=1, cutoff=0.6)]
        if len(stem) > 1:
            sentence = f"Several pathways begin this way. Choose {' or '.join(stem[:3])}"
        elif stem or near:
            sentence = f"OPI's list has no such pathway. Did you mean {(stem or near)[0]}?"
        else:
            sentence = "OPI's list has no such pathway. Enter a code or name from the list"
        wrong("pathway", "CTE-410", sentence)
        return None


class Endings:
    """What lines have said from the pathway on, that were read without a remark.

    Nearly all lines of a file name their student as the portal does and end as another one did: to
    take them cell by cell costs three times as much.
    """

    most = 20_000
    longest = 200

    def __init__(self, layout: Layout, known: Known) -> None:
        self._student, self._begin = known.student, (layout.record_type, known.district)
        self._pathway = layout.position("pathway")
        self._staged: dict[str, tuple[Any, ...]] = {}
        self._last = "\n", 0
        """What the last line said up to its pathway, and the key of the student that this names."""

    def staged(self, number: int, text: str) -> tuple[Any, ...] | None:
        """The row of the line as it is staged, where there is nothing else to say of it."""
        beginning, pk = self._last
        if text.startswith(beginning):  # as a student's lines stand together
            staged = self._staged.get(text[len(beginning) :])
            return staged and (number, pk, *staged)
        *cells, ending = text.split("\t", self._pathway)
        staged = self._staged.get(ending)
        if staged is None or (cells[0], cells[1]) != self._begin:
            return None
        _, _, state_id, local_id, last, first = cells
        student = self._student(state_id)
        if (
            student is None
            or (last, first) != (student.last_name, student.first_name)
            or local_id not in ("", student.local_id)
        ):
            return None
        named = f"{state_id}{local_id}{last}{first}"
        if not (named.isascii() and named.isprintable()) or '"' in named or " " in named:
            return None  # there may be something to clean
        self._last = text[: -len(ending)], student.pk
        return number, student.pk, *staged

    def remember(self, text: str, staged: tuple[Any, ...]) -> None:
        ending = text.split("\t", self._pathway)[-1]
        if len(ending) < self.longest and len(self._staged) < self.most:
            self._staged[ending] = staged[2:]
