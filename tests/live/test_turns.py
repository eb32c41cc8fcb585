"""Districts take turns at two real workers (M-7)."""

from __future__ import annotations

import pytest

from tests.live.conftest import Portal, installed, wait

FIRST, OTHERS = "9012", ("0965", "9099", "0965")
WORKERS = ("worker", "second-worker")
# Whose turn it is depends on who has had one.
installation = pytest.fixture(scope="module")(installed)


@pytest.mark.long
def test_no_district_waits_for_more_than_two_of_anothers_jobs(installation: Portal) -> None:
    """M-7: the queue is full before the workers come; then the others' work arrives while they are
    busy with it. It waits from the moment at which the dispatcher hands it over, twice a second:
    jobs as short as these are done by the dozen in between.
    """
    live = installation
    live.start("dispatch")
    keys = [live.ask("submit_extract") for _ in range(12)]
    keys.append(live.ask("submit_extract", district=OTHERS[0]))
    wait(lambda: all(handed_over for _, handed_over, _ in live.ask("served", keys=keys)))
    for worker in WORKERS:
        live.start(worker)
    try:
        for district in OTHERS[1:]:
            live.ended(keys[-1])
            keys.append(live.ask("submit_extract", district=district))
        assert {live.ended(key)["status"] for key in keys} == {"completed"}
    finally:
        for worker in WORKERS:
            live.kill(worker)
    served = live.ask("served", keys=keys)
    assert len(served) == 15
    for place, (district, handed_over, begun) in enumerate(served):
        if district != FIRST:
            before = [
                turn
                for turn in served[:place]
                if turn[0] == FIRST and handed_over < turn[2] <= begun
            ]
            assert len(before) <= 2, served
    assert served[0][0] == FIRST and OTHERS[0] in {turn[0] for turn in served[1:3]}, served
    assert FIRST in {turn[0] for turn in served[3:]}, (
        "nobody's work was left to wait behind the others'"
    )
