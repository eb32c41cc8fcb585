"""A resync among faults, with real worker processes: the state has the old or the new generation,
never a mix (F-30 … F-34).
"""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest

from tests.live.conftest import POSTGRESQL, Portal, wait

CLERKS, FIRST = "9012", "0965"
TYPES = [
    "school",
    "calendar",
    "student",
    "enrollment",
    "course",
    "section",
    "roster",
    "cte-participation",
]
NUMBERS = itertools.count(1)


def stirred(live: Portal, district: str = CLERKS) -> dict[str, Any]:
    """The district was sent, and something of every type has changed since."""
    if not live.ask("standing", district=district)["generation"]:
        live.ended(live.ask("resync", district=district))
    live.ask("stir", district=district, number=next(NUMBERS))
    before: dict[str, Any] = live.ask("standing", district=district)
    assert before["state"] != before["district"] and before["unsent"]
    return before


def followed(
    live: Portal, key: str, district: str, allowed: set[tuple[int, str]]
) -> dict[str, Any]:
    """The batch once it has ended; meanwhile the state is looked at again and again. What a dead
    worker had left there would stand until another one takes the batch.
    """
    while not live.ask("has_ended", key=key):
        seen = live.ask("stands", district=district)
        assert (
            seen["generation"],
            seen["state"],
        ) in allowed, "neither the old nor the new generation"
        time.sleep(0.1)
    return live.ended(key)


def whole(live: Portal, district: str, before: dict[str, Any]) -> dict[str, Any]:
    """The state has what the district has, as the generation after `before`."""
    after: dict[str, Any] = live.ask("standing", district=district)
    assert (after["generation"], after["state"], after["unsent"]) == (
        before["generation"] + 1,
        before["district"],
        0,
    )
    return after


@pytest.mark.parametrize(
    "step",
    [
        *(f"sent-{name}" for name in TYPES),
        "after-the-deletes",
        "before-the-commits",
        "between-the-commits",
    ],
)
def test_f_30_killed_at_any_step_it_is_the_old_or_the_new_generation(
    step: str, live: Portal
) -> None:
    before = stirred(live)
    # OPI's own row, the district's name, is published first, in a transaction of its own.
    live.ended(live.ask("resync", types=["District"]))
    before |= live.ask("stands", district=CLERKS)
    live.fault.write_text(f"{step} kill")
    key = live.ask("resync")
    row = followed(
        live,
        key,
        CLERKS,
        {(before["generation"], before["state"]), (before["generation"] + 1, before["district"])},
    )
    assert not live.fault.exists(), "the fault has struck"
    assert (row["status"], row["attempt"], row["sentence"]) == (
        "completed",
        2,
        "Everything was sent to the state.",
    )
    assert {
        entry["type"]: (entry["processed"], entry["errors"]) for entry in row["result"]["objects"]
    } == {name: (number, 0) for name, number in before["counts"].items()}
    after = whole(live, CLERKS, before)
    assert (after["batch"], after["attempt"]) == (
        key,
        1 if step == "between-the-commits" else 2,
    ), "what stands there is not sent twice"
    again = live.ended(live.ask("resync"))
    assert again["result"]["objects"] == row["result"]["objects"]
    assert live.ask("standing", district=CLERKS)["generation"] == after["generation"], (
        "a third run changes nothing"
    )


def test_f_32_the_second_resync_waits_for_the_first(live: Portal) -> None:
    live.start("second-worker")
    before = stirred(live)
    live.fault.write_text("sent-student pause 2" if POSTGRESQL else "after-the-deletes pause 2")
    first = live.ask("resync")
    wait(lambda: live.fault.with_suffix(".paused").exists())
    second = live.ask("resync") if POSTGRESQL else None
    if second:
        assert live.ask("look", key=second)["words"] == "Waiting for the resync by MARTIN, CHERYL."
    live.ended(first)
    row = live.ended(second or live.ask("resync"))
    assert (row["status"], row["attempt"]) == ("completed", 1)
    whole(live, CLERKS, before)
    live.kill("second-worker")


def test_f_33_one_type_is_refused_and_sent_by_itself_afterwards(live: Portal) -> None:
    before = stirred(live)
    live.fault.write_text("sent-course refuse")
    row = live.ended(live.ask("resync"))
    entries = {
        entry["type"]: (entry["processed"], entry["errors"]) for entry in row["result"]["objects"]
    }
    assert row["status"] == "with-errors" and entries["Course"] == (0, before["counts"]["Course"])
    assert all(
        entries[name] == (number, 0)
        for name, number in before["counts"].items()
        if name != "Course"
    )
    assert {reason for _, reason in row["result"]["refused"]["Course"]} == {
        "The state does not accept these values"
    }
    stands = live.ask("standing", district=CLERKS)
    assert stands["unsent"] == 0 and stands["state"] != stands["district"]
    row = live.ended(live.ask("resync", types=["Course"]))
    assert [entry["type"] for entry in row["result"]["objects"]] == ["District", "Course"] and row[
        "status"
    ] == "completed"
    stands = live.ask("standing", district=CLERKS)
    assert stands["state"] == stands["district"] == before["district"]


@pytest.mark.parametrize(
    "step",
    [
        "after-a-child",
        pytest.param("sent-student", marks=pytest.mark.skipif(not POSTGRESQL, reason="one writer")),
    ],
)
def test_f_34_a_clerk_does_not_wait_for_the_resync_of_all_districts(
    step: str, live: Portal
) -> None:
    stirred(live, FIRST)
    live.fault.write_text(f"{step} pause 60")
    everything = live.ask("resync_all")
    wait(lambda: live.fault.with_suffix(".paused").exists())
    content, rows = live.all_changed()
    key = live.ask("submit", content=content)
    live.ended(key)
    assert live.ask("look", key=everything)["status"] == "processing", (
        "all districts are still being sent"
    )
    live.written_once(key, rows)
    live.fault.with_suffix(".paused").unlink()
    assert live.ended(everything)["status"] == "completed"


@pytest.mark.parametrize("step", ["sent-student", "between-the-commits", "after-a-child"])
def test_f_30_the_batch_of_all_districts_killed_halfway_is_finished_and_sends_nothing_twice(
    step: str, live: Portal
) -> None:
    first = live.ask("resync_all")
    live.ended(first)
    districts = list(live.ask("children", key=first))
    open_ones = [each for each in districts if not live.ask("is_certified", district=each)]
    before = {district: stirred(live, district) for district in open_ones}
    assert len(before) >= 5, "one of the practice districts has certified and is closed"
    live.fault.write_text(f"{step} kill-all 3")
    key = live.ask("resync_all")
    wait(lambda: not live.fault.exists())
    live.kill("statewide-worker")
    halfway = live.ask("children", key=key)
    assert len(halfway) == 3, "the others have not begun"
    live.start("statewide-worker")
    row = live.ended(key)
    assert (row["status"], row["attempt"]) == ("completed", 2) and row[
        "sentence"
    ] == f"{len(districts)} districts sent."
    struck = 1 if step == "after-a-child" else 2
    attempts = [attempt for _, attempt in live.ask("children", key=key).values()]
    assert attempts == [1, 1, struck, *[1] * (len(districts) - 3)]
    for district, was in before.items():
        whole(live, district, was)
