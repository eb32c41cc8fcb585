"""Six districts that look like Montana's, and as many more as are asked for, as uneven as a
state's; numbers are synthetic.
"""

from __future__ import annotations

from dataclasses import dataclass

ACTIVE = 2025
"""The school year of the practice data, whatever the clock says."""
CLERKS = ("MARTIN, CHERYL", "KELLER, DANIEL", "MARTIN, CHERYL")
MOST = (
    "Agriculture, Food & Natural Resources",
    "Business Management",
    "Health Professions",
    "Welding & Fabrication",
)
ALL_BUT = (
    "Advanced Manufacturing",
    "Agriculture, Mechanics & Construction",
    "Arts, A/V Technology, Communication",
    "Design & Construction (ITE)",
    "Education",
    "Hospitality & Tourism",
    "Information Technology",
)


@dataclass(frozen=True)
class Place:
    """`share` is the district's part of all students, `lapsed` a pathway approved until 2023-24."""

    number: str
    name: str
    schools: tuple[tuple[str, str, tuple[str, ...]], ...]
    share: float
    pathways: tuple[str, ...]
    lapsed: str = ""


HIGH, MIDDLE, UPPER_ELEMENTARY = ("09", "10", "11", "12"), ("07", "08"), ("05", "06")

COTTONWOOD = Place(
    "9012",
    "Cottonwood Bend K-12 Schools",
    (
        ("0101", "Cottonwood Bend High School", HIGH),
        ("0102", "Cottonwood Bend Middle School", MIDDLE),
    ),
    0.58,
    (*MOST, *ALL_BUT),
    lapsed="Marketing",
)
PRACTICE = Place(
    "9099",
    "Practice District",
    (("0901", "Practice High School", HIGH),),
    0.03,
    (*MOST, "Education"),
)
CERTIFIED = "9045"
"""It has certified the active year already, and has requested recertification."""
PLACES = (
    COTTONWOOD,
    Place(
        "9020",
        "Bitterroot Crossing High School District",
        (("0201", "Bitterroot Crossing High School", HIGH),),
        0.25,
        (*MOST, *ALL_BUT[2:]),
    ),
    Place(
        "0965",
        "Sweetgrass Valley Schools",
        (
            ("0301", "Sweetgrass Valley High School", HIGH),
            ("0302", "Sweetgrass Valley 7-8", MIDDLE),
        ),
        0.12,
        MOST,
    ),
    Place(
        "9031",
        "Lodgepole Creek School",
        (("0401", "Lodgepole Creek School", (*MIDDLE, *HIGH)),),
        0.02,
        MOST[:2],
    ),
    PRACTICE,
    Place(
        CERTIFIED,
        "Larkspur Flats Schools",
        (("0501", "Larkspur Flats High School", HIGH),),
        0.025,
        MOST,
    ),
)


def places(count: int) -> list[Place]:
    """The first `count` districts; beyond the six, more whose sizes are as uneven as a state's."""
    shares = uneven_shares(count - len(PLACES))
    more = [
        Place(
            f"{8000 + number}",
            f"Prairie {number} Schools",
            (
                (f"{number:04d}", f"Prairie {number} High School", HIGH),
                (f"{4000 + number:04d}", f"Prairie {number} 5-8", (*UPPER_ELEMENTARY, *MIDDLE)),
            ),
            share,
            (*MOST, *ALL_BUT) if number == 1 else MOST,
        )
        for number, share in enumerate(shares, 1)
    ]
    return [*PLACES, *more][: max(1, count)]


def uneven_shares(number: int) -> list[float]:
    """Shares of a state's districts, largest first: of 395, as many as have students in CTE when
    the state has 150,000 students.

    They are as skewed as Montana's: one district of 5,000, one in ten between 1,500 and 200, evenly
    by ratio, and all others below 100.
    """
    middle = round(number / 10)
    small = number - 1 - middle
    middling = [1500 * (200 / 1500) ** (at / max(1, middle - 1)) for at in range(middle)]
    smaller = [99 - 55 * at / max(1, small - 1) for at in range(small)]
    return [5000, *middling, *smaller][: max(0, number)]
