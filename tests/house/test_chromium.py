"""Which Chromium the tests take, and what they say when npm has none for them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import chromium, npm


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """What a machine with npm is asked; its folder is empty."""
    commands: list[Sequence[str]] = []
    (tmp_path / "package-lock.json").write_text("first")
    (tmp_path / "node_modules").mkdir()
    monkeypatch.setattr(chromium, "FOLDER", tmp_path)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")

    def run(command: Sequence[str], **_: Any) -> None:
        commands.append(command)
        if command[0] == "node":
            Path(command[2]).write_text("a browser")

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_npms_is_made_once_and_again_for_another_lock_file(
    commands: list[Sequence[str]], tmp_path: Path
) -> None:
    assert chromium.find() == "/usr/bin/chromium-headless-shell"
    for text, times in (("first", 1), ("first", 1), ("second", 2)):
        (tmp_path / "package-lock.json").write_text(text)
        chromium.prepare()
        assert commands.count(npm.COMMAND) == times
        assert chromium.find() == str(tmp_path / "node_modules" / "headless")


def test_one_that_does_not_start_leaves_the_machines_own(
    commands: list[Sequence[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = subprocess.run

    def run(command: Sequence[str], **options: Any) -> None:
        answer(command, **options)
        if "--version" in command:
            raise subprocess.CalledProcessError(
                127, command, stderr="headless: libnss3.so is missing\n"
            )

    monkeypatch.setattr(subprocess, "run", run)
    chromium.prepare()
    assert chromium.find() == "/usr/bin/chromium-headless-shell"
    assert "No Chromium from npm (headless: libnss3.so is missing)" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["npm", "node"])
def test_without_npm_nothing_is_tried(
    missing: str, commands: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == missing else name)
    chromium.prepare()
    assert commands == [] and chromium.find() == "chromium-headless-shell"
