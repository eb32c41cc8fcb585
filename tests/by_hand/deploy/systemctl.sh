#!/usr/bin/env bash
# In the place of systemd, where none runs: `enable --now` starts each service's own ExecStart, as its user, in its folder, with its
# environment files, and again when it ends; `daemon-reload` looks whether the units' files are there.
set -euo pipefail
units=/etc/systemd/system
value() { sed -n "s/^$2=//p" "$units/$1"; }
case $1 in
  daemon-reload) ls "$units"/cte-web.service >/dev/null ;;
  enable)
    for unit in "${@:3}"; do
      [[ $unit == *.* ]] || unit=$unit.service
      [ -f "$units/$unit" ] || { echo "no unit $unit" >&2; exit 1; }
      [[ $unit == *.service ]] || continue
      (
        for file in $(value "$unit" EnvironmentFile); do set -a; . "$file"; set +a; done
        umask "$(value "$unit" UMask)"
        cd "$(value "$unit" WorkingDirectory)"
        command=$(value "$unit" ExecStart | sed "s/%%/%/g")
        while :; do
          runuser -u "$(value "$unit" User)" -- $command || true
          sleep "$(value "$unit" RestartSec)"
        done
      ) >>"/var/log/${unit%.service}.log" 2>&1 </dev/null &
    done
    ;;
  *) echo "systemctl $1 is not played here" >&2; exit 1 ;;
esac
