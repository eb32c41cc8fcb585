"""Eight visitors at an identity provider that hangs, and what others wait for the sign-in page.

    .venv/bin/python -m tests.by_hand.hanging_provider [--port 6250]

Starts a portal on SQLite with gunicorn as in production (two processes with four threads here, so
that the eight could take all of them) and a provider that takes connections and never answers.
Prints how long one more visitor waits for the sign-in page, on average over three seconds, idle and
while the eight press *Continue* once a second, and the longest that one of the eight waited. Ends
with 1 where that average is more than twice the idle one, or somebody got no sentence.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from tests.by_hand.services import ROOT, listens, wait_for

VISITORS, SECONDS = 8, 3.0
PAGE = "/accounts/sign-in/"


def silent(port: int) -> socket.socket:
    """Takes every connection, and says nothing."""
    return socket.create_server(("127.0.0.1", port), backlog=200)


def started(folder: Path, port: int) -> subprocess.Popen[bytes]:
    hidden = ("DATABASE_URL", "STATE_DATABASE_URL", "REDIS_URL", "BROKER_URL", "PORTAL_LANE")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {
        "VAR_DIR": str(folder / "var"),
        "PORTAL_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "cte_portal.settings",
        "OIDC_ISSUER": f"http://127.0.0.1:{port + 1}",
        "OIDC_CLIENT_ID": "portal",
        "OIDC_SECRET": "of this script alone",
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    command = [
        *(sys.executable, "-m", "gunicorn", "cte_portal.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--no-control-socket", "--log-level", "warning"),
    ]
    log = open(folder / "web.log", "ab")  # noqa: SIM115 - the process keeps it
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)


class Browser:
    def __init__(self, base: str) -> None:
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self) -> tuple[float, str]:
        began = time.monotonic()
        with self.opener.open(self.base + PAGE, timeout=60) as answer:
            page = answer.read().decode()
        return time.monotonic() - began, page

    def presses(self, page: str) -> tuple[float, int, str]:
        """*Continue*: seconds, status and what the page says."""
        secrets = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        body = f"csrfmiddlewaretoken={secrets[0]}".encode()
        began = time.monotonic()
        try:
            with self.opener.open(f"{self.base}/accounts/sign-on/", body, timeout=60) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        return time.monotonic() - began, status, text


def visits(base: str) -> list[float]:
    """Seconds of each, one after another, until the time is over."""
    browser, ends = Browser(base), time.monotonic() + SECONDS
    seconds = [browser.get()[0]]
    while time.monotonic() < ends:
        seconds.append(browser.get()[0])
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description="A provider that hangs costs nobody else.")
    parser.add_argument("--port", type=int, default=6250, help="the first of two")
    port = parser.parse_args().port
    folder = Path(tempfile.mkdtemp(prefix="hanging-"))
    (folder / "var").mkdir(mode=0o700)
    server, ended = silent(port + 1), threading.Event()
    web = started(folder, port)
    base = f"http://127.0.0.1:{port}"
    waited: list[float] = []
    wrong: list[str] = []

    def presses() -> None:
        browser = Browser(base)
        page = browser.get()[1]
        while not ended.is_set():
            seconds, status, text = browser.presses(page)
            waited.append(seconds)
            if status != 503 or "does not answer" not in text:
                wrong.append(f"{status} instead of a sentence")
            ended.wait(1)

    try:
        wait_for(lambda: listens(port), "web", 120)
        visits(base)
        idle = visits(base)
        threads = [threading.Thread(target=presses, daemon=True) for _ in range(VISITORS)]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        busy = visits(base)
        ended.set()
        for thread in threads:
            thread.join(30)
    finally:
        web.terminate()
        web.wait(60)
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
    for name, seconds in (("idle", idle), ("while eight wait", busy)):
        print(
            f"sign-in page, {name}: {len(seconds)} visits, {statistics.mean(seconds) * 1000:.0f} ms"
            f" on average, {max(seconds) * 1000:.0f} ms at most"
        )
    ratio = statistics.mean(busy) / statistics.mean(idle)
    print(
        f"ratio {ratio:.2f}; the eight pressed {len(waited)} times and waited {max(waited):.1f} s at"
        f" most, {len(wrong)} without a sentence; load {os.getloadavg()[0]:.1f}"
    )
    sys.exit(bool(wrong) or ratio > 2)


if __name__ == "__main__":
    main()
