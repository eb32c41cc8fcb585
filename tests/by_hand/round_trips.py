"""The portal's extract and templates, sent through spreadsheets and data tools and back through MT
Data Upload (Validate and Test File).

Run by hand: `python3 manage.py test --version` once, then `.venv/bin/python -m
tests.by_hand.round_trips [--psql URL]`. It makes a portal of its own in a temporary folder and
installs pinned tools there; LibreOffice, Gnumeric, R with readr, node and psql are used where they
are installed. Each way back must end with nothing changed, or with its damage named: exit code 1
otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

POLARS, DUCKDB, SHEETJS = "polars==2.1.0", "duckdb==2.0.1", "xlsx@0.18.5"
DISTRICT = "9012"
HERE = Path(__file__).resolve().parents[2]
# Separator, quotation mark, UTF-8, first line, no column types, language, quote all text, detect
# numbers / as shown.
LIBREOFFICE = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,{shown}"

SOURCES = """
import io, sys
from pathlib import Path
from django.utils import timezone
from cte_portal.editions import Scope
from pathways import extract
from pathways.files import writer
from pathways.files.layout import CTE_END_OF_YEAR
from pathways.models import Student
folder, scope = Path(sys.argv[1]), Scope("9012", 2025)
for number, student in enumerate(Student.objects.filter(district_id="9012").order_by("pk"), 20):
    student.local_id = f"{number:05d}"
    student.save()
for form in ("tsv", "xlsx"):
    with (folder / f"extract.{form}").open("wb") as into:
        extract.write(into, scope, form)
rows = list(extract.rows(scope))[:30]
with (folder / "template.xlsx").open("wb") as into:
    writer.write_layout_xlsx(into, CTE_END_OF_YEAR, rows, timezone.localtime())
with (folder / "template.tsv").open("wb") as into:
    writer.write_tsv(into, CTE_END_OF_YEAR, rows, timezone.localtime())
"""

READR = """
library(readr)
args <- commandArgs(trailingOnly = TRUE)
rows <- read_tsv(args[1], skip = 1, col_names = FALSE, show_col_types = FALSE)
write_tsv(rows, args[2], col_names = FALSE)
cat("readr", as.character(packageVersion("readr")), "\\n")
"""
POLARS_CODE = """
import sys, polars
rows = polars.read_csv(sys.argv[1], separator="\\t", skip_rows=1, has_header=False, try_parse_dates=sys.argv[3] == "dates")
rows.write_csv(sys.argv[2], separator="\\t", include_header=False)
print("polars", polars.__version__)
"""
DUCKDB_CODE = """
import sys, duckdb
duckdb.sql(f"COPY (SELECT * FROM read_csv('{sys.argv[1]}', delim='\\t', skip=1, header=false)) TO '{sys.argv[2]}' (DELIMITER '\\t', HEADER false)")
print("DuckDB", duckdb.__version__)
"""
SHEETJS_CODE = """
const XLSX = require("xlsx");
const [from, to, raw] = process.argv.slice(2);
const book = XLSX.readFile(from, raw === "raw" ? { raw: true } : {});
require("fs").writeFileSync(to, XLSX.utils.sheet_to_csv(book.Sheets[book.SheetNames[0]], { FS: "\\t" }));
console.log("SheetJS", XLSX.version);
"""
TEXT_COLUMNS = ", ".join(f"c{number} text" for number in range(16))
TYPED_COLUMNS = (
    "c0 text, c1 int, c2 int, c3 int, c4 text, c5 text, c6 int, c7 boolean, c8 boolean, c9 date, "
    "c10 numeric, c11 float8, c12 float8, c13 numeric, c14 numeric, c15 int"
)


class Desk:
    """A portal with practice data and the tools, in a folder that is thrown away."""

    def __init__(self, folder: Path, psql: str) -> None:
        self.folder, self.psql = folder, psql
        self.environment = {
            **os.environ,
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": "",
            "STATE_DATABASE_URL": "",
            "HOME": str(folder),
        }
        for name in ("DATABASE_URL", "STATE_DATABASE_URL"):
            self.environment.pop(name)

    def run(self, *command: object, **more: object) -> str:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=more.get("cwd", HERE),
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode and not more.get("may_fail"):
            raise SystemExit(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def portal(self, *command: object, may_fail: bool = False) -> str:
        return self.run(sys.executable, HERE / "manage.py", *command, may_fail=may_fail)

    def set_up(self) -> None:
        self.portal("migrate")
        demo = json.loads(self.portal("demo", "--districts", 1, "--students", 120, "--json"))
        self.clerk = next(
            person["username"]
            for person in demo["people"]
            if ["Data Clerk", DISTRICT] in person["roles"]
        )
        code = f"import sys; sys.argv = ['', {str(self.folder)!r}]\n{SOURCES}"
        self.portal("shell", "-c", code)
        self.run(sys.executable, "-m", "venv", self.folder / "tools")
        self.run(self.folder / "tools/bin/pip", "install", "--quiet", POLARS, DUCKDB)
        if shutil.which("npm"):
            self.run("npm", "install", "--silent", "--no-audit", SHEETJS, cwd=self.folder)

    def script(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def with_header(self, rows: Path) -> Path:
        """The header record, which a data tool was told to skip, put back."""
        header = (self.folder / "extract.tsv").read_text().split("\n", 1)[0]
        back = rows.with_suffix(".back.tsv")
        back.write_text(f"{header}\n{rows.read_text()}")
        return back

    def validated(self, file: Path) -> dict[str, object]:
        out = self.portal(
            "mt_data_upload",
            file,
            "--district",
            DISTRICT,
            "--as",
            self.clerk,
            "--work",
            "validate",
            "--json",
            may_fail=True,
        )
        return json.loads(out)  # type: ignore[no-any-return]


Way = Callable[[Desk, Path, Path], str]


def libreoffice(visible: bool) -> Way:
    def way(desk: Desk, source: Path, to: Path) -> str:
        out = to.parent / "libreoffice"
        reads = (
            ["--infilter=Text - txt - csv (StarCalc):9,34,76"] if source.suffix == ".tsv" else []
        )
        desk.run(
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{desk.folder}/profile",
            *reads,
            "--convert-to",
            LIBREOFFICE.format(shown=str(visible).lower()),
            "--outdir",
            out,
            source,
        )
        shutil.move(out / f"{source.stem}.csv", to)
        return desk.run("soffice", "--version").strip()

    return way


def gnumeric(desk: Desk, source: Path, to: Path) -> str:
    desk.run(
        "ssconvert",
        "-T",
        "Gnumeric_stf:stf_assistant",
        "-O",
        "separator='\t' format=automatic",
        source,
        to,
    )
    return f"Gnumeric {desk.run('ssconvert', '--version', may_fail=True).split(chr(39))[1]}"


def sheetjs(raw: str) -> Way:
    return lambda desk, source, to: desk.run(
        "node", desk.script("sheetjs.js", SHEETJS_CODE), source, to, raw, cwd=desk.folder
    ).strip()


def polars(dates: str) -> Way:
    return lambda desk, source, to: desk.run(
        desk.folder / "tools/bin/python",
        desk.script("run_polars.py", POLARS_CODE),
        source,
        to,
        dates,
    ).strip()


def duckdb(desk: Desk, source: Path, to: Path) -> str:
    return desk.run(
        desk.folder / "tools/bin/python", desk.script("run_duckdb.py", DUCKDB_CODE), source, to
    ).strip()


def readr(desk: Desk, source: Path, to: Path) -> str:
    return desk.run("Rscript", desk.script("run_readr.R", READR), source, to).strip()


def psql(columns: str) -> Way:
    def way(desk: Desk, source: Path, to: Path) -> str:
        rows = to.with_suffix(".rows")
        rows.write_text(source.read_text().split("\n", 1)[1])
        code = desk.script(
            "copy.sql",
            f"CREATE TEMPORARY TABLE back ({columns});\n\\copy back FROM '{rows}'\n\\copy back TO"
            f" '{to}'\n",
        )
        desk.run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", code, desk.psql)
        return desk.run("psql", "--version").strip()

    return way


def ways(desk: Desk) -> Iterator[tuple[str, str, Way, bool]]:
    """(name, source, way, whether the header record was skipped) of each tool that is installed."""
    if shutil.which("soffice"):
        for source in ("extract.tsv", "extract.xlsx", "template.xlsx"):
            yield f"LibreOffice, as shown, {source}", source, libreoffice(True), False
            yield f"LibreOffice, not as shown, {source}", source, libreoffice(False), False
    if shutil.which("ssconvert"):
        for source in ("extract.tsv", "extract.xlsx", "template.xlsx"):
            yield f"Gnumeric, {source}", source, gnumeric, False
    if shutil.which("node"):
        for source in ("extract.tsv", "extract.xlsx", "template.xlsx"):
            yield f"SheetJS, {source}", source, sheetjs(""), False
        yield "SheetJS, raw, extract.tsv", "extract.tsv", sheetjs("raw"), False
    for source in ("extract.tsv", "template.tsv"):
        yield f"polars, {source}", source, polars(""), True
        yield f"polars, dates, {source}", source, polars("dates"), True
        yield f"DuckDB, {source}", source, duckdb, True
        if shutil.which("Rscript"):
            yield f"readr, {source}", source, readr, True
        if shutil.which("psql") and desk.psql:
            yield f"psql \\copy, text, {source}", source, psql(TEXT_COLUMNS), True
            yield f"psql \\copy, typed, {source}", source, psql(TYPED_COLUMNS), True


def verdict(report: dict[str, object]) -> tuple[bool, str]:
    """Whether it is as promised, and what was said."""
    adjusted = "; ".join(report.get("adjusted", []))  # type: ignore[arg-type]
    if report["status"] == "refused":
        reason = str(report["reason"])
        return "different order" not in reason, f"refused: {reason}"
    counts: dict[str, int] = report["counts"]  # type: ignore[assignment]
    errors = [finding for finding in report["findings"] if finding["severity"] == "error"]  # type: ignore[attr-defined, union-attr]
    named = all(
        any(word in finding["message"] for word in ("Enter", "enter", "format", "spreadsheet"))
        for finding in errors
    )
    reading = (
        f"read {counts['read']}, new {counts['new']}, changed {counts['changed']}, unchanged"
        f" {counts['unchanged']}, rejected {counts['rejected']}"
    )
    first = f" · first: line {errors[0]['line']} {errors[0]['message']}" if errors else ""
    return (
        not counts["new"] and not counts["changed"] and counts["read"] > 0 and named,
        f"{reading} · adjusted: {adjusted or '–'}{first}",
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--psql",
        default=os.environ.get("PSQL_URL", ""),
        help="a PostgreSQL database in which a temporary table may be made",
    )
    options = arguments.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), options.psql)
        desk.set_up()
        for number, (name, source, way, skipped) in enumerate(ways(desk)):
            to = desk.folder / f"back{number}.txt"
            version = way(desk, desk.folder / source, to)
            good, sentence = verdict(desk.validated(desk.with_header(to) if skipped else to))
            failed += not good
            print(f"{'ok  ' if good else 'FAIL'} {name} ({version}): {sentence}", flush=True)
    print(
        "Every way back ends with nothing changed, or its damage is named."
        if not failed
        else f"{failed} ways back are not as promised."
    )
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
