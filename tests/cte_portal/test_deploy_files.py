"""What an operator copies from docs/deploy: read alike by the shell and by systemd, with commands
that exist and settings that the portal knows.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.by_hand.deploy.blocks import blocks
from tests.cte_portal.test_set_up import ROOT

DEPLOY = ROOT / "docs" / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
ASSIGNED = re.compile(r"([A-Z_]+)=([^\s\"'$`\\]*)")


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.env")), ids=lambda path: path.name)
def test_an_environment_file_means_the_same_to_shell_and_systemd(path: Path) -> None:
    """No quotation mark, blank or dollar sign, of which each makes something else."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    parts = (ROOT / "cte_portal" / "settings").glob("*.py")
    settings = "".join(part.read_text() for part in parts) + "DJANGO_SETTINGS_MODULE"
    for line in lines:
        match = ASSIGNED.fullmatch(line)
        assert match and match[1] in settings, line
    script = f"set -a; . {path}; env"
    shell = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": "/bin"}
    )
    assert set(lines) <= set(shell.stdout.splitlines())


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_runs_what_is_there_as_nobody_else(path: Path, tmp_path: Path) -> None:
    text = path.read_text()
    program = re.search(r"^ExecStart=/opt/cte/(\S+)", text, re.MULTILINE)
    assert program and (ROOT / program[1]).exists()
    for line in ("User=cte", "UMask=0077", "ProtectSystem=strict", "PrivateTmp=true"):
        assert line in text.splitlines()
    files = re.findall(r"^EnvironmentFile=/etc/cte/(\S+)", text, re.MULTILINE)
    assert files[0] == "cte.env" and all((DEPLOY / name).exists() for name in files)
    if shutil.which("systemd-analyze"):
        copy = tmp_path / path.name.replace("@", "@8001")
        copy.write_text(
            text.replace("/opt/cte/.venv", str(ROOT / ".venv")).replace("/opt/cte", str(ROOT))
        )
        verdict = subprocess.run(
            ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False
        )
        assert copy.name not in verdict.stderr, verdict.stderr


def test_the_units_are_those_of_the_page() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    for path in DEPLOY.iterdir():
        assert path.name in page or path.stem in page, path.name
    target = (DEPLOY / "cte.target").read_text()
    wanted = re.findall(r"(cte-\S+)\.service", target)
    started = re.findall(r"^ *systemctl enable --now cte\.target (.*)$", page, re.MULTILINE)
    assert [name for name in started[0].split() if "." not in name] == wanted
    assert {re.sub(r"@.*", "@", name) for name in wanted} == {
        "cte-web@",
        "cte-dispatch",
        "cte-worker-district",
        "cte-worker-statewide",
    }
    for service in wanted:
        text = (DEPLOY / f"{re.sub('@.*', '@', service)}.service").read_text()
        assert "Restart=always" in text and "TimeoutStopSec=120" in text


def test_each_web_that_starts_is_asked_by_the_proxy_and_by_prometheus() -> None:
    """One web's answer would be half the pages that people saw, and never the same half."""
    page = (ROOT / "docs" / "deploy.md").read_text()
    ports = re.findall(r"cte-web@(\d+)\.service", (DEPLOY / "cte.target").read_text())
    assert len(ports) == 2
    assert "--bind 127.0.0.1:%i " in (DEPLOY / "cte-web@.service").read_text()
    proxy = (DEPLOY / "nginx.conf").read_text()
    assert re.findall(r"^    server 127\.0\.0\.1:(\d+);", proxy, re.MULTILINE) == ports
    assert "location = /metrics { return 404; }" in proxy
    addresses = re.findall(
        r"location = (/metrics/\S+) \{ proxy_pass http://127\.0\.0\.1:(\d+)/metrics; \}", proxy
    )
    assert [port for _, port in addresses] == ports
    [text] = [block for block in blocks(page) if "scrape_configs" in block]
    [job] = yaml.safe_load(text)["scrape_configs"]
    [webs] = [static["targets"] for static in job["static_configs"]]
    to = {rule["target_label"]: rule.get("replacement", "$1") for rule in job["relabel_configs"]}
    assert [to["__metrics_path__"].replace("$1", web) for web in webs] == [
        path for path, _ in addresses
    ]
    assert to["instance"] == "$1" and f"server_name {to['__address__']};" in proxy
    assert "sum by" in page and "max(cte_portal_status)" in page


def test_the_page_of_a_restart_asks_for_nothing_else() -> None:
    page = (DEPLOY / "back.html").read_text()
    assert "Back in a minute" in page and not re.search(r"src=|href=|<script|<style", page)


def test_what_is_tried_from_a_bare_machine_stands_on_the_page() -> None:
    """`tests/by_hand/deploy.sh` copies the page's own commands."""
    script = (ROOT / "tests" / "by_hand" / "deploy.sh").read_text()
    page = blocks((ROOT / "docs" / "deploy.md").read_text())
    copied = re.findall(r"(?:block|docs/deploy\.md) '([^']+)'", script)
    assert len(set(copied)) > 5
    assert [words for words in copied if not any(words in block for block in page)] == []


@pytest.mark.parametrize(
    "path", [DEPLOY.with_suffix(".md"), *sorted(DEPLOY.glob("*"))], ids=lambda path: path.name
)
def test_a_line_fits_a_terminal_of_a_server(path: Path) -> None:
    """Commands are copied from it line by line, and read there with `less`."""
    assert [line for line in path.read_text().splitlines() if len(line) > 160] == []
