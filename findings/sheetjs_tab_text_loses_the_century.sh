#!/usr/bin/env bash
# SheetJS takes the text 07/14/1968 of a tab-separated file for a date and writes it back as 7/14/68: the century is gone
# from a file that was only read and written again; a code 06 beside it stays. With `raw: true` the date stays too. Exit code 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null 2>&1
npm install --silent --no-audit --no-fund xlsx@0.18.5 >/dev/null 2>&1
printf 'HD\t05/08/2025\nCE\t06\t07/14/1968\n' >in.tsv
cat >run.js <<'JS'
const XLSX = require("xlsx");
for (const options of [{}, { raw: true }]) {
  const asked = JSON.stringify(options);
  const book = XLSX.readFile("in.tsv", options);
  const text = XLSX.utils.sheet_to_csv(book.Sheets[book.SheetNames[0]], { FS: "|" });
  console.log(asked, text.trim().split("\n")[1]);
}
JS
echo "SheetJS $(node -p 'require("xlsx").version')"
node run.js | tee seen
expected='{} CE|06|7/14/68
{"raw":true} CE|06|07/14/1968'
printf "%s\n" "$expected" | diff - seen || { echo "It behaves otherwise now."; exit 1; }
