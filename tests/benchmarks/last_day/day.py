"""The last day of the collection: signed-in clerks click, districts upload and resync, and OPI
reloads the board; at the end every accepted save is in the records exactly once.

By hand, with the environment of a running scratch portal (its DATABASE_URL and the rest) that holds
`demo --districts 400 --students 150000`, with two webs behind nginx as docs/deploy.md has them (one
gunicorn with two workers and kept-alive connections leaves nearly all of them to one worker):

    .venv/bin/python -m tests.benchmarks.last_day.day --at http://127.0.0.1:8000
    .venv/bin/python -m tests.benchmarks.last_day.day --at http://127.0.0.1:8000 --one-district \
        --clerks 40 --pages 40 --districts 0 --minutes 1

The first plays the whole day; the second forty clerks of the largest district, who open and save
the same hundred records, each a page a second. Sizes are arguments: a smaller machine plays a
smaller day. Whatever works beside the portal is in the times, so the load of the machine is printed
with them. The people are made for the run and left in the portal. Ends with 1 where a page failed,
a save is not what its clerk was told, or a batch did not get through.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cte_portal.settings")
if not apps.ready:
    django.setup()

from django.urls import reverse

from tests.benchmarks.last_day.plan import plan_of
from tests.benchmarks.last_day.reckoning import faults_of

ROOT = Path(__file__).resolve().parents[3]
PAGE_LIMIT = 25  # times the empty layout, idle: the 95th percentile of all pages of the day
SAVE_LIMIT = 1000  # milliseconds: the 95th percentile of saves in one district
ENDS_WITHIN = 12 * 60  # seconds: all uploads and resyncs of the day


def arguments(given=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--at", required=True, help="address of the portal")
    parser.add_argument("--clerks", type=int, default=200)
    parser.add_argument("--pages", type=float, default=40, help="pages a second, of all together")
    parser.add_argument("--districts", type=int, default=170, help="how many upload and resync")
    parser.add_argument("--minutes", type=float, default=10, help="in which they begin")
    parser.add_argument("--wait", type=float, default=5, help="minutes for what is then not done")
    parser.add_argument(
        "--one-district", action="store_true", help="all clerks in the largest, saving"
    )
    return parser.parse_args(given)


def main(given=None):
    options = arguments(given)
    with tempfile.TemporaryDirectory() as folder:
        plan = plan_of(options, Path(folder))
        idle = idle_median(options.at, plan)
        load = os.getloadavg()[0]
        report = play(options, plan, Path(folder))
    print(
        f"empty layout, idle {idle:.0f} ms; load before {load:.1f}, after {os.getloadavg()[0]:.1f}"
    )
    print_pages(report, idle)
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"  its people themselves took {own.ru_utime + own.ru_stime:.0f} s of the processors")
    faults = faults_of(report, plan)
    print("\n".join(faults) or "Every accepted save is in the records exactly once.")
    return 1 if faults else 0


def idle_median(at, plan):
    """Of the empty layout (CTE Lingo of a person without a district), in milliseconds."""
    cookie = f"{plan['cookie']}={plan['opi'][0]['session']}"
    request = urllib.request.Request(at + reverse("cte-lingo"), headers={"Cookie": cookie})  # noqa: S310 - our own address
    times = []
    for _ in range(40):  # each process of the webs has answered a few before those that count
        started = time.perf_counter()
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            answer.read()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[20:])


def play(options, plan, folder):
    """What Locust's people report."""
    paths = {name: folder / f"{name}.json" for name in ("plan", "report")}
    paths["plan"].write_text(json.dumps(plan))
    users = len(plan["clerks"]) + len(plan["districts"]) + len(plan["opi"])
    longest = int((options.minutes + (options.wait if plan["districts"] else 0)) * 60)
    command = [
        *(sys.executable, "-m", "locust", "--headless", "--skip-log-setup"),
        *("-f", str(ROOT / "tests/benchmarks/last_day/people.py"), "--host", options.at),
        *("--users", str(users), "--spawn-rate", str(users)),
        *("--run-time", f"{longest}s", "--stop-timeout", "60"),
    ]
    environment = {
        **os.environ,
        "DAY_PLAN": str(paths["plan"]),
        "DAY_REPORT": str(paths["report"]),
        "PYTHONPATH": str(ROOT),
    }
    # A request that failed makes its exit code 1, and is in the report.
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    return json.loads(paths["report"].read_text())


def print_pages(report, idle):
    for name, page in sorted(report["pages"].items()):
        print(
            f"  {name:16} {page['requests']:6,} requests, {page['failures']} failed,"
            f" p50 {page['p50']:6.0f} ms, p95 {page['p95']:6.0f} ms, × {page['p95'] / idle:6.1f}"
        )
    everything = report["everything"]
    print(
        f"  {everything['rate']:.1f} requests a second; p95 of all {everything['p95']:.0f} ms,"
        f" × {everything['p95'] / idle:.1f} (limit {PAGE_LIMIT}; saves in one district"
        f" {SAVE_LIMIT} ms)"
    )
    outcomes = Counter(save["outcome"] for save in report["saves"])
    print("  saves:", ", ".join(f"{number} {name}" for name, number in sorted(outcomes.items())))
    if ends := [job["ended"] for job in report["jobs"] if job["ended"]]:
        print(
            f"  {len(ends)} districts sent, the last after {max(ends):.0f} s (limit {ENDS_WITHIN})"
        )


if __name__ == "__main__":
    sys.exit(main())
