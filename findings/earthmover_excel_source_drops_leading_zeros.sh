#!/usr/bin/env bash
# earthmover 0.4.10 (turns districts' files into Ed-Fi JSON): one roster, saved once as .csv and once as .xlsx with every cell stored as text,
# gives two State IDs. The CSV source keeps 000123456; the Excel source hands on 123456, and nothing is said, since only text files are
# read with all columns as text. A column keeps its zeros when one of its cells is no number: grades 09 and KG pass, so a look at a few
# columns shows no harm. Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q earthmover==0.4.10 openpyxl==3.1.5 2>/dev/null
env/bin/python - <<'PYTHON'
import csv

import openpyxl

rows = [
    ("state_id", "last_name", "grade"),
    ("000123456", "Example", "09"),
    ("000123457", "Sample", "KG"),
]
with open("roster.csv", "w", newline="") as file:
    csv.writer(file).writerows(rows)
book = openpyxl.Workbook()
for row in rows:
    book.active.append(row)
assert {cell.data_type for row in book.active for cell in row} == {"s"}
book.save("roster.xlsx")
PYTHON
echo '{"id": "{{state_id}}", "name": "{{last_name}}", "grade": "{{grade}}"}' >student.jsont
for kind in csv xlsx; do
  cat >"$kind.yaml" <<YAML
version: 2
config:
  output_dir: ./$kind
sources:
  roster:
    file: ./roster.$kind
    header_rows: 1
destinations:
  students:
    source: \$sources.roster
    template: ./student.jsont
    extension: jsonl
    linearize: True
YAML
  env/bin/earthmover run -c "$kind.yaml" >log 2>&1 || { cat log; exit 1; }
  echo "from .$kind"
  cat "$kind/students.jsonl"
done | tee seen
[ "$(grep -o '"id": "[0-9]*"' seen | tr '\n' ' ')" = '"id": "000123456" "id": "000123457" "id": "123456" "id": "123457" ' ] &&
  [ "$(grep -c '"grade": "09"' seen)" = 2 ] || { echo "It behaves otherwise now."; exit 1; }
