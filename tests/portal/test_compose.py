"""docker-compose.yml as it is written; the roles it makes are used by hand (docs/deploy.md), as tests have no container engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def test_everything_of_a_portal_is_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "dispatcher", "district-worker", "statewide-worker"}
    for name in ("web", "dispatcher", "district-worker", "statewide-worker"):
        assert set(SERVICES[name]["depends_on"]) == {"migrate", "redis"} and SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES["migrate"].get("restart") is None
    assert {name for name in SERVICES if "healthcheck" in SERVICES[name]} == {"postgres", "redis", "web"}


def test_f_10_redis_keeps_what_it_is_given() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command and "--maxmemory-policy noeviction" in command and "--requirepass" in command


@pytest.mark.parametrize(
    ("service", "role"),
    [
        ("migrate", "cte_owner"),
        ("web", "cte_web"),
        ("dispatcher", "cte_worker"),
        ("district-worker", "cte_worker"),
        ("statewide-worker", "cte_worker"),
    ],
)
def test_each_process_signs_in_as_its_role(service: str, role: str) -> None:
    environment = SERVICES[service]["environment"]
    for name, database in (("DATABASE_URL", "cte_district"), ("STATE_DATABASE_URL", "cte_state")):
        assert environment[name].startswith(f"postgres://{role}:") and environment[name].endswith(f"/{database}")
    assert environment["BROKER_URL"] != environment["REDIS_URL"]


def test_two_queues_have_a_worker_each() -> None:
    queues = [
        SERVICES[name]["command"][SERVICES[name]["command"].index("--queues") + 1] for name in ("district-worker", "statewide-worker")
    ]
    assert queues == ["district", "statewide"]


def test_w_10_no_secret_stands_in_the_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for line in text.splitlines():
        if re.search(r"PASSWORD|SECRET", line):
            assert re.search(r"\$\{[A-Z_]+(:\?[^}]+)?\}", line), line


def test_the_web_may_only_read_the_state_edition() -> None:
    roles, state = (ROOT / "docs/create-roles.sh").read_text().split(r"\connect cte_state")
    assert [line for line in state.splitlines() if "cte_web" in line] == [
        "ALTER DEFAULT PRIVILEGES FOR ROLE cte_owner GRANT SELECT ON TABLES TO cte_web;"
    ]
    assert "GRANT CONNECT ON DATABASE cte_state TO cte_web;" in roles, "no temporary tables there"


def test_the_image_is_built_with_every_value_that_production_asks_for(tmp_path: Path) -> None:
    step = re.search(r"RUN (PORTAL_MODE=.*?) python -m django", (ROOT / "Dockerfile").read_text().replace("\\\n", " "))
    assert step
    given = dict(one.split("=", 1) for one in step[1].split())
    environment = {"PATH": os.environ["PATH"], **given, "VAR_DIR": str(tmp_path), "STATIC_ROOT": str(tmp_path / "static")}
    command = [sys.executable, "-m", "django", "diffsettings", "--settings", "cte_portal.settings"]
    started = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert started.returncode == 0, started.stderr[-300:]
