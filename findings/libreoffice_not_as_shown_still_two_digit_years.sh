#!/usr/bin/env bash
# LibreOffice Calc, converting tab text to text: *Save cell contents as shown* switched off (token 8 of the filter) promises values in place of
# their looks, yet a date read from 07/14/1968 is written with a two-digit year either way, so that the century is lost. Needs `soffice`
# (Debian 12: libreoffice-calc 4:7.4.7). Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf 'CE\t06\t07/14/1968\n' >in.tsv
soffice --version
for shown in true false; do
  soffice --headless "-env:UserInstallation=file://$folder/profile" "--infilter=Text - txt - csv (StarCalc):9,34,76" --convert-to \
    "csv:Text - txt - csv (StarCalc):124,34,76,1,,0,false,$shown" --outdir "out-$shown" in.tsv >/dev/null 2>&1
  echo "as shown $shown: $(cat "out-$shown/in.csv")" | tee -a seen
done
grep -c '|07/14/68$' seen | grep -qx 2 || { echo "It behaves otherwise now."; exit 1; }
