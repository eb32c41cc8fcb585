"""The broker without Redis: a message appears whole or not at all (F-06)."""

from __future__ import annotations

import os
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from cte_portal.batches import file_broker


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    folders = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path / "control"),
    }
    with Connection(
        "filesystem://", transport=file_broker.Transport, transport_options=folders
    ) as connection:
        yield connection.channel()


def test_a_message_that_is_being_written_is_not_found(
    channel: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, seen = os.replace, []

    def looked(aside: Any, message: Any) -> None:
        assert list(tmp_path.iterdir()) == [aside], "it is written, under a name of its own"
        with pytest.raises(Empty):
            channel._get("district")
        seen.append(message)
        own(aside, message)

    monkeypatch.setattr(os, "replace", looked)
    channel._put("district", {"body": "x"})
    assert seen and channel._get("district") == {"body": "x"}
    with pytest.raises(Empty):
        channel._get("district")


def test_the_embedded_portal_uses_it(settings: Any) -> None:
    from cte_portal.celery import app  # noqa: PLC0415

    if settings.BROKER_URL:
        pytest.skip("Redis is the broker here")
    assert app.connection().transport_cls == "cte_portal.batches.file_broker:Transport"
