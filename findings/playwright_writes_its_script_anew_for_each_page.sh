#!/usr/bin/env bash
# Playwright 1.65.2 with Chromium: the script that it runs in each page whose elements a test asks for, of 300 KB and more, is another text in
# every page, because the number of the frame stands among its options. Chromium keeps what it has compiled by the text, so each page of a suite
# compiles all of it anew, which takes longer than many a page does. Playwright 1.52.0 runs one and the same text in all pages. The hashes
# are those that Chromium's debugger gives of the scripts. Needs Chromium in the PATH. Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pages.py <<'PYTHON'
import shutil
from importlib.metadata import version

from playwright.sync_api import sync_playwright

scripts = set()
with sync_playwright() as playwright:
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    page = browser.new_page()
    debugger = page.context.new_cdp_session(page)
    debugger.on("Debugger.scriptParsed", lambda script: scripts.add((script["length"], script["hash"])))
    debugger.send("Debugger.enable")
    for number in range(4):
        page.goto(f"data:text/html,<p>page {number}</p>")
        assert page.locator("p").count() == 1
    browser.close()
large = [length for length, _ in scripts if length > 100_000]
print(f"Playwright {version('playwright')}: {len(large)} large scripts in 4 pages", flush=True)
PYTHON
for release in 1.52.0 1.65.2; do
  python3 -m venv "$release"
  "$release/bin/pip" install -q "playwright==$release" 2>/dev/null
  "$release/bin/python" pages.py
done | tee seen
diff seen - <<'SEEN' || { echo "It behaves otherwise now."; exit 1; }
Playwright 1.52.0: 1 large scripts in 4 pages
Playwright 1.65.2: 4 large scripts in 4 pages
SEEN
