"""A server without a package index makes its environment from the wheels that came along with the
portal, and from nothing else (docs/deploy.md). That all packages of a portal come so is tried by
`tests/by_hand/deploy.sh`, without a network.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.cte_portal.test_set_up import ROOT, bare


def wheel(folder: Path) -> str:
    """A package of one line, as an index would have it; its digest."""
    file = folder / "tiny-1.0-py3-none-any.whl"
    about = "tiny-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tiny.py", "")
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(
            f"{about}/RECORD", f"tiny.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
        )
    return hashlib.sha256(file.read_bytes()).hexdigest()


def prepare(portal: Path, requirement: str) -> subprocess.CompletedProcess[str]:
    """The first command of a portal that needs one package; there is no index where it looks."""
    for name in ("requirements.txt", "requirements-s3.txt", "requirements-dev.txt", "uv.lock"):
        (portal / name).write_text(requirement)
    return subprocess.run(
        [sys.executable, str(portal / "manage.py"), "check"],
        env=bare(PIP_INDEX_URL="http://127.0.0.1:1/", PIP_RETRIES="0"),
        capture_output=True,
        text=True,
        check=False,
    )


def test_packages_come_from_the_folder_beside_the_portal_alone(tmp_path: Path) -> None:
    shutil.copy(ROOT / "manage.py", tmp_path)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    digest = wheel(wheels)
    installing = prepare(tmp_path, f"tiny==1.0 --hash=sha256:{digest}\n")
    assert "with pip" in installing.stderr and "Installed in" in installing.stderr
    python = str(tmp_path / ".venv" / "bin" / "python")
    assert subprocess.run([python, "-c", "import tiny"], check=False).returncode == 0
    refused = prepare(tmp_path, f"tiny==2.0 --hash=sha256:{digest}\n")
    assert refused.returncode and f"from {wheels}: " in refused.stderr


def test_the_page_fetches_what_the_portal_installs() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    (command,) = [line.strip() for line in page.splitlines() if "pip download" in line]
    for option in ("--require-hashes", "--dest wheels", "-r requirements.txt"):
        assert option in command
    assert "/wheels/" in (ROOT / ".gitignore").read_text().splitlines()
