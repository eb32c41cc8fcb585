"""Faults with real worker processes: on the file broker with SQLite, on Redis with PostgreSQL
(reliability, F-01 … F-34, C-01, C-03).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import time

import pytest

from tests.live.conftest import POSTGRESQL, Portal, wait

redis = pytest.mark.skipif(
    not POSTGRESQL,
    reason="Redis stands beside PostgreSQL; the file broker has no server that could fail",
)
STEPS = [
    "while-reading",
    "after-staging",
    "after-checking",
    "after-the-update",
    "before-the-ledger",
    "after-the-commit",
]


@pytest.mark.parametrize("step", STEPS)
def test_f_01_a_worker_killed_at_a_step_loses_and_doubles_nothing(step: str, live: Portal) -> None:
    content, rows = live.all_changed()
    live.fault.write_text(f"{step} kill")
    key = live.ask("submit", content=content)
    row = live.ended(key)
    assert not live.fault.exists(), "the fault has struck"
    assert row["attempt"] == (1 if step == "after-the-commit" else 2)
    assert row["result"]["counts"]["changed"] == rows
    live.written_once(key, rows)


def test_f_01_killed_after_the_insert_of_new_records(live: Portal) -> None:
    """Every record is taken out and comes back as new."""
    content, rows = live.all_changed()
    live.ask("delete_all")
    live.fault.write_text("after-the-insert kill")
    key = live.ask("submit", content=content)
    row = live.ended(key)
    assert (
        row["attempt"] == 2
        and row["result"]["counts"]["new"] + row["result"]["counts"]["rejected"] == rows
    )
    live.written_once(key, row["result"]["counts"]["new"])


def test_f_02_the_whole_worker_killed_is_finished_by_another(live: Portal) -> None:
    content, rows = live.all_changed()
    live.fault.write_text("after-checking kill-all")
    key = live.ask("submit", content=content)
    wait(lambda: not live.fault.exists())
    live.kill("worker")
    live.start("worker")
    assert live.ended(key)["attempt"] == 2
    live.written_once(key, rows)


def test_f_03_a_worker_asked_to_stop_finishes_its_job(live: Portal) -> None:
    content, rows = live.all_changed()
    live.fault.write_text("after-staging pause 1.5")
    key = live.ask("submit", content=content)
    wait(lambda: live.fault.with_suffix(".paused").exists())
    live.kill("worker", signal.SIGTERM)
    assert live.ended(key)["attempt"] == 1
    live.written_once(key, rows)


def test_f_04_a_job_that_always_kills_its_worker_fails_after_three(live: Portal) -> None:
    content, _ = live.all_changed()
    live.fault.write_text("after-checking kill always")
    key = live.ask("submit", content=content)
    row = live.ended(key)
    assert (row["status"], row["attempt"]) == (
        "failed",
        3,
    ) and f"Reference {row['reference']}." in row["sentence"]
    live.fault.unlink()
    other = live.ask("submit_extract")
    assert live.ended(other)["status"] == "completed", "the next job runs"
    assert live.ask("state", key=key)["changes"] == 0


def test_f_05_a_job_that_raises_is_tried_again(live: Portal) -> None:
    content, rows = live.all_changed()
    live.fault.write_text("after-staging raise")
    key = live.ask("submit", content=content)
    assert live.ended(key)["attempt"] == 2
    live.written_once(key, rows)


def test_f_12_five_messages_and_two_workers_run_a_job_once(live: Portal) -> None:
    live.start("second-worker")
    content, rows = live.all_changed()
    live.kill("dispatch")
    key = live.ask("submit", content=content)
    live.ask("publish", key=key, times=5)
    assert live.ended(key)["attempt"] == 1
    live.written_once(key, rows)
    live.kill("second-worker")


def test_f_29_what_nobody_published_is_found_by_the_dispatcher(live: Portal) -> None:
    live.kill("dispatch")
    content, rows = live.all_changed()
    key = live.ask("submit", content=content)
    time.sleep(1)
    assert live.ask("look", key=key)["status"] == "queued"
    live.start("dispatch")
    assert live.ended(key)["attempt"] == 1
    live.written_once(key, rows)


def test_f_27_a_running_job_is_canceled_at_its_next_step(live: Portal) -> None:
    content, _ = live.all_changed()
    live.fault.write_text("after-staging pause 1.5")
    key = live.ask("submit", content=content)
    wait(lambda: live.fault.with_suffix(".paused").exists())
    assert live.ask("cancel", key=key)
    row = live.ended(key)
    assert (
        row["status"] == "canceled"
        and "KELLER, DANIEL" in row["sentence"]
        and live.ask("state", key=key)["changes"] == 0
    )
    assert not live.ask("cancel", key=key), "it has ended"


def test_c_03_two_uploads_run_in_the_order_of_their_submission(live: Portal) -> None:
    live.start("second-worker")
    (first_batch, rows), (other, _) = live.all_changed(), live.all_changed()
    live.fault.write_text("after-staging pause 1.5")
    first = live.ask("submit", content=first_batch)
    wait(lambda: live.fault.with_suffix(".paused").exists())
    second = live.ask("submit", content=other)
    assert "Waiting for the upload by MARTIN, CHERYL" in live.ask("look", key=second)["words"]
    live.ended(first)
    assert live.ended(second)["result"]["counts"]["changed"] == rows
    live.written_once(second, rows)
    live.kill("second-worker")


def test_c_01_the_same_key_twice_is_one_job(live: Portal) -> None:
    content, rows = live.all_changed()
    keys = {live.ask("submit", content=content, key="double-click") for _ in range(2)}
    assert len(keys) == 1
    (key,) = keys
    live.ended(key)
    live.written_once(key, rows)


def test_f_26_a_worker_killed_while_it_writes_offers_no_half_file(live: Portal) -> None:
    content, _ = live.all_changed()
    live.fault.write_text("after-the-update kill")
    key = live.ask("submit", content=content)
    row = live.ended(key)
    stored = list((live.folder / "files" / "batches" / key).rglob("report.csv"))
    assert [path.stat().st_size for path in stored] == [row["files"]["report.csv"]], (
        "the first attempt's files are gone"
    )


def test_f_34_a_busy_statewide_worker_does_not_keep_a_clerk_waiting(live: Portal) -> None:
    """The clerk's job has ended before the statewide one begins."""
    os.kill(live.processes["statewide-worker"], signal.SIGSTOP)
    try:
        statewide = live.ask("submit_extract", district="0965", queue="statewide")
        content, rows = live.all_changed()
        key = live.ask("submit", content=content)
        live.ended(key)
        live.written_once(key, rows)
        assert live.ask("look", key=statewide)["status"] == "queued"
    finally:
        os.kill(live.processes["statewide-worker"], signal.SIGCONT)
    live.ended(statewide)


def submitted_without_the_broker(live: Portal) -> tuple[str, int]:
    """Whoever submits waits for the broker neither to answer nor to be given up: it is not asked,
    and the page says what the job waits for.
    """
    assert live.broker
    content, rows = live.all_changed()
    live.ask("connected")
    key = live.ask("submit", content=content)
    assert live.broker.port not in live.ask("connected")
    wait(lambda: "Waiting for the processing service" in live.ask("look", key=key)["words"])
    return key, rows


@redis
def test_f_07_redis_stopped_at_submit(live: Portal) -> None:
    assert live.broker
    live.broker.stop()
    key, rows = submitted_without_the_broker(live)
    live.broker.start()
    live.ended(key)
    live.written_once(key, rows)


@redis
def test_f_08_redis_frozen_at_submit(live: Portal) -> None:
    assert live.broker
    live.broker.signal(signal.SIGSTOP)
    try:
        key, rows = submitted_without_the_broker(live)
    finally:
        live.broker.signal(signal.SIGCONT)
    live.ended(key)
    live.written_once(key, rows)


@redis
def test_f_09_jobs_survive_a_flushed_redis(live: Portal) -> None:
    assert live.broker
    live.kill("worker")
    keys = [live.ask("submit_extract") for _ in range(20)]
    time.sleep(1)
    assert live.broker.ask("FLUSHALL")
    live.start("worker")
    assert {live.ended(key)["attempt"] for key in keys} == {1}


@redis
def test_f_07_redis_away_while_every_process_works_leaves_the_worker_able_to_work(
    live: Portal,
) -> None:
    """The end of the job meets no Redis; the worker takes the next one all the same."""
    assert live.broker
    live.fault.write_text("after-staging pause 60")
    content, rows = live.all_changed()
    key = live.ask("submit", content=content)
    paused = live.fault.with_suffix(".paused")
    wait(paused.exists)
    live.broker.stop()
    paused.unlink()
    live.ended(key)
    wait(lambda: "Couldn't ack" in (live.folder / "worker.log").read_text())
    live.broker.start()
    later = live.ask("submit_extract")
    assert live.ended(later)["status"] == "completed"
    live.written_once(key, rows)


@redis
@pytest.mark.parametrize("message", ["missing", "undecodable", "pickle"])
def test_f_13_strange_messages_leave_the_worker_alive(message: str, live: Portal) -> None:
    assert live.broker
    if message == "missing":
        live.ask("publish", key="11111111-1111-4111-8111-111111111111", times=1)
    else:
        kind = "application/x-python-serialize" if message == "pickle" else "application/json"
        properties = {
            "delivery_info": {"exchange": "", "routing_key": "district"},
            "delivery_tag": "x",
            "body_encoding": "base64",
        }
        body = json.dumps(
            {
                "body": "@@@@",
                "content-encoding": "utf-8",
                "content-type": kind,
                "headers": {},
                "properties": properties,
            }
        )
        with socket.create_connection(("127.0.0.1", live.broker.port)) as link:
            parts = ["SELECT", "1"], ["LPUSH", "district", body]
            for part in parts:
                link.sendall(
                    f"*{len(part)}\r\n".encode()
                    + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in part)
                )
                link.recv(100)
    key = live.ask("submit_extract")
    assert live.ended(key)["status"] == "completed"


@redis
@pytest.mark.parametrize("after", [0.0, 0.3, 0.6, 0.9, 1.2])
def test_f_14_f_15_connections_ended_at_any_moment(after: float, live: Portal) -> None:
    """As a restart of the server does to them: exact afterwards, never partial."""
    content, rows = live.all_changed()
    live.fault.write_text("after-checking pause 0.5")
    key = live.ask("submit", content=content)
    time.sleep(after)
    live.ask("end_backends")
    row = live.ended(key)
    assert row["status"] == "completed", row
    live.written_once(key, rows)
