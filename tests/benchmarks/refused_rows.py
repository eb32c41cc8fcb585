"""An upload in which one key is wrong in every row, beside the same rows with good keys; by hand:
`python3 manage.py shell < tests/benchmarks/refused_rows.py`, on an empty scratch portal on
PostgreSQL.

ROWS (50,000) of good students are sent, and then as many of one student whom the portal does not
know; WORK says whether they are saved (`upload`, unless it says `validate`). Processor time of this
process and of its PostgreSQL server. The limit is 2. STATEMENTS=1 prints what took longest.
"""

import contextlib
import os
import re
import time
from collections import Counter

from django.db import connection

from pathways.lists import standard
from tests.benchmarks.end_of_year import EndOfYear

LIMIT = 2
rows, work = int(os.environ.get("ROWS", "50000")), os.environ.get("WORK", "upload")
standard.load()
bench = EndOfYear(rows)
taken = Counter()


def timed(execute, sql, params, many, context):
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        taken[" ".join(sql.split())[:150]] += time.perf_counter() - started


good = bench.file(faulty=False)
bad = re.sub(rb"(?m)^(CE\t[0-9]+\t)[0-9]+", rb"\g<1>999999999", good)
print(f"{rows:,} rows, {len(bad) / 1e6:.1f} MB")
first = bench.portal(good, work, rejected=0)
print(f"good keys        {first:8.2f} s of the processor", flush=True)
watched = connection.execute_wrapper(timed)
with watched if os.environ.get("STATEMENTS") else contextlib.nullcontext():
    second = bench.portal(bad, work, rejected=rows)
print(f"one unknown key  {second:8.2f} s of the processor   × {second / first:.2f} (limit {LIMIT})")
for sql, seconds in taken.most_common(8):
    print(f"    {seconds:7.2f}  {sql}")
