"""The 3S1 file counts sealed leavers alone, each once, and tells no group so small that it could be
recognized (R-OUT-05).
"""

from __future__ import annotations

import csv
import datetime
import io
from collections import Counter
from random import Random
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.board import perkins
from certification.models import CertificationEvent, SealedCopy, SealedOutcome
from certification.review.suppression import HIDDEN, nested_of_groups
from cte_portal.accounts.models import User
from tests.fixtures.certification import make_fall_event, make_round, seal
from tests.fixtures.examples import examples
from tests.fixtures.records import District_
from tests.pathways.follow_up.leavers import Leavers, make_entry

FILE = "/opi/status-board/3s1/"
PATHWAYS = ("05 Business Management", "10 Health Professions")


@pytest.fixture
def fall(cottonwood: District_, elsewhere: District_) -> CertificationEvent:
    return make_fall_event()


def sealed(event: CertificationEvent, district: str, *outcomes: dict[str, Any]) -> None:
    """A sealed copy with these leavers, without asking whether it may be sealed."""
    round_of_event = make_round(event, district=district)
    receipt = f"{district}-2024-FALL-1"
    seal(round_of_event, receipt=receipt, form_version=3, leavers=outcomes)


def leaver(number: int, **values: Any) -> dict[str, Any]:
    return {
        "state_id": f"9990{number:05d}",
        "last_name": "Anderson",
        "first_name": "Kayla",
        "birth_date": datetime.date(2006, 1, 2),
        "gender": "F",
        "school_number": "0001",
        "school_name": "High School",
        "end_year": 2024,
        "exit": "graduate",
        "exit_date": datetime.date(2024, 5, 25),
        "end_status": "400",
        "pathways": PATHWAYS[1],
        "list_receipt": "9012-2024-EOY-1",
        "status": "01",
        "status_name": "College",
        "is_answered": True,
        "is_placed": True,
        "attempts": 1,
        "required_attempts": False,
        "fingerprint": "0" * 64,
        **values,
    }


def file_of(client: Client) -> list[dict[str, str]]:
    answer = client.get(FILE)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_figures_are_those_of_a_count_in_plain_python(fall: CertificationEvent) -> None:
    chance = Random(7)
    rows = []
    for number in range(400):
        answered = chance.random() < 0.7
        rows.append(
            leaver(
                number,
                gender=chance.choice("FM"),
                pathways="\n".join(sorted(chance.sample(PATHWAYS, chance.choice((1, 2))))),
                is_answered=answered,
                is_placed=answered and chance.random() < 0.8,
            )
        )
    sealed(fall, "9012", *rows)
    lines = {(line[0], line[1]): line[3:] for line in perkins.lines(fall)}
    placed = sum(row["is_placed"] for row in rows)
    answered = sum(row["is_answered"] for row in rows)
    assert lines["All leavers", ""] == [
        "400",
        str(placed),
        str(answered),
        str(400 - answered),
        f"{placed / 4:.2f}",
        f"{100 * placed / answered:.2f}",
    ]
    for kind, name in (("Gender", "gender"),):
        counts = Counter(row[name] for row in rows)
        for code, number in counts.items():
            assert lines[kind, code][0] == str(number)
    for pathway in PATHWAYS:
        own = [row for row in rows if pathway in row["pathways"]]
        code = pathway.partition(" ")[0]
        figures = lines["CTE Pathway", code]
        assert figures[:2] == [str(len(own)), str(sum(row["is_placed"] for row in own))]


def test_only_official_seals_count_and_who_is_missing_is_named(
    fall: CertificationEvent, client: Client, opi: User
) -> None:
    sealed(fall, "9012", *(leaver(number) for number in range(20)))
    client.force_login(opi)
    lines = file_of(client)
    assert [(line["Code"], line["Name"]) for line in lines if line["Group"] == "Not certified"] == [
        ("0965", "Elsewhere")
    ]
    (source,) = [line for line in lines if line["Group"] == "Certified"]
    assert "9012-2024-FALL-1, round 1, sealed" in source["Name"]
    assert lines[0]["Leavers"] == "20"
    assert client.get(FILE).content == client.get(FILE).content


def test_a_leaver_of_two_districts_counts_once_as_left_last(fall: CertificationEvent) -> None:
    sealed(fall, "9012", *(leaver(number) for number in range(20)))
    again = leaver(0, exit_date=datetime.date(2024, 6, 1), is_answered=False, is_placed=False)
    sealed(fall, "0965", again, *(leaver(number) for number in range(100, 120)))
    outcomes = perkins.outcomes_of(outcome.copy for outcome in SealedOutcome.objects.all())
    assert len(outcomes) == 40 and sum(outcome.is_placed for outcome in outcomes) == 39


def test_a_leaver_of_two_districts_counts_where_opi_says(
    fall: CertificationEvent, cottonwood: District_, elsewhere: District_
) -> None:
    sealed(fall, "9012", leaver(0))
    sealed(fall, "0965", leaver(0, exit_date=datetime.date(2024, 6, 1), is_placed=False))
    copies = list(SealedCopy.objects.all())
    assert [outcome.is_placed for outcome in perkins.outcomes_of(copies)] == [False]
    make_entry(Leavers(elsewhere), "999000000", counted_elsewhere=True)
    own = make_entry(Leavers(cottonwood), "999000000")
    assert [outcome.is_placed for outcome in perkins.outcomes_of(copies)] == [True]
    only = SealedCopy.objects.filter(round__district="0965")
    assert perkins.outcomes_of(only) == [], "the other one has not certified yet"
    own.counted_elsewhere = True
    own.save()
    assert len(perkins.outcomes_of(copies)) == 1, "nobody is lost, whatever is said"


def test_small_groups_are_hidden_with_one_that_would_tell_them(fall: CertificationEvent) -> None:
    """Of 60, 5 are men: the women are hidden too, as all less the women would tell them."""
    women = [leaver(number) for number in range(55)]
    sealed(fall, "9012", *women, *(leaver(number, gender="M") for number in range(60, 65)))
    lines = {(line[0], line[1]): line[3:] for line in perkins.lines(fall)}
    assert lines["All leavers", ""][:3] == ["60", "60", "60"]
    assert lines["Gender", "M"][:3] == ["*", "*", "*"] == lines["Gender", "F"][:3]
    assert "5" not in {cell for line in lines.values() for cell in line}


@given(
    st.lists(
        st.tuples(*[st.integers(0, 30)] * 3).map(
            lambda parts: (sum(parts), sum(parts[:2]), parts[0])
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=examples(300), deadline=None)
def test_no_subtraction_tells_a_small_group(groups: list[tuple[int, int, int]]) -> None:
    """R-FUP-20: for each figure, and each difference of two, what is hidden is nothing, ten or more
    together, or everything there is of it.
    """
    words = nested_of_groups(groups)
    for own, line in zip(groups, words, strict=True):
        for column, word in enumerate(line):
            assert word in (HIDDEN, str(own[column]))
    for whole, part in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)):
        amounts = [own[whole] - (own[part] if part != whole else 0) for own in groups]
        concealed = [HIDDEN in (line[whole], line[part]) for line in words]
        hidden = sum(
            amount for amount, is_hidden in zip(amounts, concealed, strict=True) if is_hidden
        )
        visible = [
            amount for amount, is_hidden in zip(amounts, concealed, strict=True) if not is_hidden
        ]
        assert not any(0 < amount < 10 for amount in visible)
        assert hidden == 0 or hidden >= 10 or not any(visible)


def test_the_file_is_opis_and_of_a_fall_event(
    fall: CertificationEvent, client: Client, opi: User, clerk: User
) -> None:
    client.force_login(clerk)
    assert client.get(FILE).status_code == 403
    client.force_login(opi)
    assert "3S1 .csv" in client.get("/opi/status-board/").content.decode()
    CertificationEvent.objects.update(collection="cte-eoy", end_year=2025)
    assert client.get(FILE).status_code == 404
