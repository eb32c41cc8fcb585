"""docker-compose.yml as it is written; the roles it makes are used by hand (docs/deploy.md), as
tests have no container engine.
"""

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
    assert set(SERVICES) == {
        "postgres",
        "redis",
        "migrate",
        "web",
        "dispatcher",
        "district-worker",
        "statewide-worker",
    }
    for name in ("web", "dispatcher", "district-worker", "statewide-worker"):
        assert set(SERVICES[name]["depends_on"]) == {"migrate", "redis"}
    assert {name for name in SERVICES if "healthcheck" in SERVICES[name]} == {
        "postgres",
        "redis",
        "web",
    }


def test_f_10_redis_keeps_what_it_is_given(tmp_path: Path) -> None:
    """H-3: the password stands in a file of the container that nobody else reads, and in no process
    list.
    """
    command = SERVICES["redis"]["command"]
    assert command[:2] == ["sh", "-c"] and SERVICES["redis"]["user"] == "redis"
    written = tmp_path / "redis.conf"
    script = command[2].replace("$$", "$").replace("/tmp/redis.conf", str(written))  # noqa: S108
    script = script.replace("exec redis-server", "exec cat")
    environment = {"PATH": os.environ["PATH"], "REDIS_PASSWORD": "q7x"}
    done = subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "requirepass q7x",
        "appendonly yes",
        "maxmemory-policy noeviction",
        "dir /data",
    ]
    assert written.stat().st_mode & 0o777 == 0o600
    assert "PASSWORD}" not in str(command) + str(SERVICES["redis"]["healthcheck"])


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
        assert environment[name].startswith(f"postgres://{role}:") and environment[name].endswith(
            f"/{database}"
        )
    assert environment["BROKER_URL"] != environment["REDIS_URL"]


def test_two_queues_have_a_worker_each() -> None:
    queues = [
        SERVICES[name]["command"][SERVICES[name]["command"].index("--queues") + 1]
        for name in ("district-worker", "statewide-worker")
    ]
    assert queues == ["district", "statewide"]


def test_w_10_no_secret_stands_in_the_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for line in text.splitlines():
        # A name with nothing after it takes its value from whoever starts the containers.
        if re.search(r"PASSWORD|SECRET", line) and not re.fullmatch(r"\s*[A-Z_]+:", line):
            assert re.search(r"\$\{[A-Z_]+(:\?[^}]+)?\}|\$\$[A-Z_]+", line), line


def test_the_web_may_only_read_the_state_edition() -> None:
    roles, state = (ROOT / "docs/create-roles.sh").read_text().split(r"\connect cte_state")
    assert [line for line in state.splitlines() if "cte_web" in line] == [
        "ALTER DEFAULT PRIVILEGES FOR ROLE cte_owner GRANT SELECT ON TABLES TO cte_web;"
    ]
    assert "GRANT CONNECT ON DATABASE cte_state TO cte_web;" in roles, "no temporary tables there"


def test_the_image_is_built_with_every_value_that_production_asks_for(tmp_path: Path) -> None:
    step = re.search(
        r"RUN (PORTAL_MODE=.*?) python -m django",
        (ROOT / "Dockerfile").read_text().replace("\\\n", " "),
    )
    assert step
    given = dict(pair.split("=", 1) for pair in step[1].split())
    environment = {
        "PATH": os.environ["PATH"],
        **given,
        "VAR_DIR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
    }
    command = [sys.executable, "-m", "django", "diffsettings", "--settings", "cte_portal.settings"]
    started = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert started.returncode == 0, started.stderr[-300:]


def test_h_3_everything_is_started_again_and_no_log_fills_the_disk() -> None:
    """H-3: after a reboot, or when memory ran out, PostgreSQL and Redis come back too."""
    for name, service in SERVICES.items():
        assert service.get("restart") == (None if name == "migrate" else "unless-stopped"), name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
    assert {name for name, service in SERVICES.items() if "stop_grace_period" in service} >= {
        "web",
        "postgres",
        "district-worker",
    }


def test_h_3_healthy_means_ready() -> None:
    """H-3: both databases answer over TCP, which is closed while the first start runs its scripts;
    the web is asked what it needs.
    """
    test = SERVICES["postgres"]["healthcheck"]["test"][1]
    assert "-h 127.0.0.1" in test and "cte_district cte_state" in test and "select 1" in test
    assert SERVICES["web"]["healthcheck"]["test"] == [
        "CMD",
        "python",
        "-m",
        "cte_portal.watch.probe",
    ]


def test_h_3_every_setting_reaches_the_containers() -> None:
    """H-3: what the settings read and the image does not fix is in the compose file, as a value or
    as a name that .env may give.
    """
    settings, image = (
        "".join(part.read_text() for part in (ROOT / "cte_portal/settings").glob("*.py")),
        (ROOT / "Dockerfile").read_text(),
    )
    read = set(
        re.findall(
            r'(?:env\.\w+|needed|database|number|yes_or_no|names|fernet_keys)\(\s*"([A-Z_]+)"',
            settings,
        )
    )
    fixed = set(re.findall(r"([A-Z_]+)=", image[image.rindex("ENV ") :].splitlines()[0])) | {
        "STATIC_ROOT"
    }
    assert len(read) > 25 and {"PORTAL_MODE", "VAR_DIR"} <= fixed
    for name in ("migrate", "web", "dispatcher", "district-worker", "statewide-worker"):
        assert set(SERVICES[name]["environment"]) == read - fixed, name
    documented = (ROOT / "docs/deploy.md").read_text()
    assert [name for name in sorted(read) if f"`{name}`" not in documented] == []


def test_h_3_no_secret_gets_into_image_or_repository() -> None:
    """H-3: `.env` holds every password."""
    for name in (".dockerignore", ".gitignore"):
        assert {".env", ".env.*"} <= set((ROOT / name).read_text().split()), name
    assert "\\getenv owner OWNER_PASSWORD" in (ROOT / "docs/create-roles.sh").read_text()
    assert (
        "PASSWORD"
        not in (ROOT / "docs/create-roles.sh").read_text().split("psql", 1)[1].split("<<")[0]
    )


def test_h_3_versions_are_exact_and_nobody_is_root() -> None:
    """H-3: the digest is for who can ask a registry (docs/deploy.md)."""
    image = (ROOT / "Dockerfile").read_text()
    bases = [
        *re.findall(r"^FROM (\S+)", image, re.MULTILINE),
        *(service["image"] for service in SERVICES.values() if "image" in service),
    ]
    assert len(bases) == 3 and all(re.search(r":\d+\.\d+", base) for base in bases), bases
    assert "\nUSER portal\n" in image
