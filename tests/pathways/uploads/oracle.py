"""An independent reader: the published rules in plain Python over a dict, sharing no code with the
portal.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from decimal import Decimal

Key = tuple[str, str]  # state id, pathway code
Record = tuple[bool, bool, datetime.date, Decimal, Decimal, Decimal, Decimal]

FLAGS = {"y": True, "yes": True, "n": False, "no": False}
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


@dataclass
class World:
    """What one district knows: students with their births, who is enrolled, pathways by code and
    name, approvals.
    """

    district: str
    year: int
    births: dict[str, datetime.date]
    enrolled: set[str]
    pathways: dict[str, str]  # code → name
    approved: set[str]
    today: datetime.date
    records: dict[Key, Record] = field(default_factory=dict)


@dataclass
class Verdict:
    refused: bool = False
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: dict[int, set[str]] = field(default_factory=dict)
    records: dict[Key, Record] = field(default_factory=dict)


def apply(text: str, world: World) -> Verdict:
    verdict = Verdict(records=dict(world.records))
    good: dict[int, tuple[Key, Record]] = {}
    by_key: dict[Key, list[int]] = {}
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        verdict.read += 1
        wrong, key, record = _row(line, world)
        if wrong:
            verdict.errors[number] = wrong
        if (
            key
            and record
            and not wrong
            & {
                "CTE-001",
                "CTE-002",
                "CTE-003",
                "CTE-004",
                "CTE-005",
                "CTE-404",
                "CTE-410",
                "CTE-411",
            }
        ):
            by_key.setdefault(key, []).append(number)
        if key and record:
            good[number] = (key, record)
    repeated = set()
    for numbers in by_key.values():
        if len(numbers) < 2:
            continue
        if len({good[number][1] for number in numbers}) == 1:
            repeated |= set(numbers[1:])
        else:
            for number in numbers:
                verdict.errors.setdefault(number, set()).add("CTE-409")
    for number in repeated:  # what repeats an earlier line is not judged a second time
        verdict.errors.pop(number, None)
        verdict.unchanged += 1
    for number, (key, record) in good.items():
        if number in verdict.errors or number in repeated:
            continue
        if key not in verdict.records:
            verdict.new += 1
        elif verdict.records[key] != record:
            verdict.changed += 1
        else:
            verdict.unchanged += 1
        verdict.records[key] = record
    return verdict


def _row(line: str, world: World) -> tuple[set[str], Key | None, Record | None]:
    cells = line.split("\t")
    if len(cells) != 16:
        return {"CTE-401"}, None, None
    (
        _,
        district,
        state_id,
        _,
        _,
        _,
        pathway,
        flag,
        single,
        start,
        total,
        inside,
        outside,
        dual,
        work,
        year,
    ) = cells
    wrong: set[str] = set()
    elsewhere = False
    if district != world.district:
        wrong.add("CTE-403")
        elsewhere = True
    if year != str(world.year):
        wrong.add("CTE-412")
        elsewhere = True
    answers = []
    for cell in (flag, single):
        if cell.lower() not in FLAGS:
            wrong.add("CTE-005")
        answers.append(FLAGS.get(cell.lower()))
    day = _date(start, wrong)
    amounts = [_amount(cell, wrong) for cell in (total, inside, outside, dual, work)]
    if None not in amounts[:3] and amounts[0] != amounts[1] + amounts[2]:  # type: ignore[operator]
        wrong.add("CTE-411")
    if elsewhere:
        return wrong, None, None
    if not re.fullmatch(r"[0-9]{9}", state_id):
        wrong.add("CTE-404")
        state_id = ""
    elif state_id not in world.births:
        wrong.add("CTE-200")
        state_id = ""
    elif state_id not in world.enrolled:
        wrong.add("CTE-201")
    names = {name.lower(): code for code, name in world.pathways.items()}
    code = pathway if pathway in world.pathways else names.get(pathway.lower(), "")
    if not code:
        wrong.add("CTE-410")
    _, i, o, d, w = amounts
    if i is not None and i > 30:
        wrong.add("CTE-111")
    whole = i + o if i is not None and o is not None else None
    if d is not None and whole is not None and d > whole:
        wrong.add("CTE-116")
    if w is not None and whole is not None and w > whole:
        wrong.add("CTE-117")
    if day and state_id and day <= world.births[state_id]:
        wrong.add("CTE-204")
    if state_id and code and code not in world.approved and whole is not None:
        stored = world.records.get((state_id, code))
        if stored is None or stored[3] + stored[4] < whole:
            wrong.add("CTE-212")
    if not state_id or not code:
        return wrong, None, None
    if None in answers or day is None or None in (i, o, d, w):
        return wrong, None, None
    return wrong, (state_id, code), (answers[0], answers[1], day, i, o, d, w)  # type: ignore[return-value]


def _date(text: str, wrong: set[str]) -> datetime.date | None:
    match = DATE.fullmatch(text)
    if match:
        try:
            return datetime.date(int(match[3]), int(match[1]), int(match[2]))
        except ValueError:
            pass
    wrong.add("CTE-004")
    return None


def _amount(text: str, wrong: set[str]) -> Decimal | None:
    if not NUMBER.fullmatch(text):
        wrong.add("CTE-001")
        return None
    if len(text.partition(".")[2]) > 2:
        wrong.add("CTE-002")
        return None
    return Decimal(text)
