#!/usr/bin/env bash
# In the place of systemd, where none runs: `enable --now` starts each service's own ExecStart, as its user, in its folder, with its
# environment files, and again when it ends; `restart` ends its process and waits for that; `daemon-reload` looks whether the units' files
# are there.
set -euo pipefail
units=/etc/systemd/system
# What stands in the file of a unit, or of its template with what stands behind the @ in the place of %i.
file() { local name=$1; [[ $name != *@* ]] || name=${name%%@*}@.service; echo "$units/$name"; }
value() { local port=${1#*@}; sed -n "s/^$2=//p" "$(file "$1")" | sed "s/%i/${port%.service}/g"; }
case $1 in
  daemon-reload) ls "$units"/cte-web@.service >/dev/null ;;
  enable)
    for unit in "${@:3}"; do
      [[ $unit == *.* ]] || unit=$unit.service
      [ -f "$(file "$unit")" ] || { echo "no unit $unit" >&2; exit 1; }
      [[ $unit == *.service ]] || continue
      (
        for file in $(value "$unit" EnvironmentFile); do set -a; . "$file"; set +a; done
        umask "$(value "$unit" UMask)"
        cd "$(value "$unit" WorkingDirectory)"
        command=$(value "$unit" ExecStart | sed "s/%%/%/g")
        while :; do
          setpriv --reuid "$(value "$unit" User)" --regid "$(value "$unit" Group)" --init-groups $command &
          echo $! >"/run/$unit.pid"
          wait $! || true
          sleep "$(value "$unit" RestartSec)"
        done
      ) >>"/var/log/${unit%.service}.log" 2>&1 </dev/null &
    done
    ;;
  restart)
    process=$(cat "/run/$2.service.pid")
    kill -TERM "$process"
    while kill -0 "$process" 2>/dev/null; do sleep 0.1; done
    ;;
  *) echo "systemctl $1 is not played here" >&2; exit 1 ;;
esac
