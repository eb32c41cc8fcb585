#!/usr/bin/env bash
# From a bare machine to a certifier's signature by docs/deploy.md alone; by hand, as root, in some minutes:
#
#     tests/by_hand/deploy.sh
#
# The commands are read from the page and run as they stand, on the paths and ports that stand there: in namespaces of their own, with
# /etc, /var and /opt laid over by a temporary folder, so nothing of this machine changes and nothing is left. Only what the page leaves
# to the office is done here: PostgreSQL, Redis, a mail server, a certificate, passwords; `systemctl` starts the units' own commands.
# PostgreSQL, redis-server, nginx, openssl, python3-venv and Chromium must be installed. Wheels are fetched first; then there is no network.
set -euo pipefail
code=$(cd "$(dirname "$0")/../.." && pwd)
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin  # the system's own Python, which the portal's user may run
here="$code/tests/by_hand/deploy"

if [ "${1:-}" != inside ]; then
  place=$(mktemp -d /tmp/deploy-XXXXXX)
  trap 'rm -rf "$place"' EXIT
  mkdir "$place/code"
  git -C "$code" archive HEAD | tar -x -C "$place/code"
  echo "== Wheels, on a machine with an index"
  (cd "$place/code" && python3 "$here/blocks.py" docs/deploy.md 'pip download' | PIP_DISABLE_PIP_VERSION_CHECK=1 sh -eu 2>/dev/null)
  ls "$place/code/wheels" | wc -l
  unshare --mount --net --uts --pid --fork --kill-child --mount-proc bash "$0" inside "$place"
  exit
fi

place=$2
begun=$(date +%s)
trap 'tail -n 5 /var/log/cte-*.log /var/log/nginx/error.log 2>/dev/null' ERR
step() { printf '\n== %s (%s s)\n' "$*" $(($(date +%s) - begun)); }
block() { python3 "$here/blocks.py" docs/deploy.md "$@"; }
secret() { openssl rand -hex 16; }

step "A bare machine"
ip link set lo up
hostname cte-portal
mkdir "$place/over"
mount -t tmpfs -o mode=755 tmpfs "$place/over" && mkdir "$place"/over/{etc,var,opt,work-etc,work-var}
for folder in etc var; do
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$place/over/$folder,workdir=$place/over/work-$folder" "/$folder"
done
mount --bind "$place/over/opt" /opt
mount -t tmpfs -o mode=755 tmpfs /run
cp -r "$place/code" /opt/cte
printf '127.0.0.1 localhost db cte.example.gov cte-portal\n' > /etc/hosts
printf 'hosts: files\n' > /etc/nsswitch.conf
export PATH="$place/bin:$PATH" OWNER=$(secret) WEB=$(secret) WORKER=$(secret) REDIS=$(secret)
mkdir "$place/bin" && install -m 755 "$here/systemctl.sh" "$place/bin/systemctl"

step "PostgreSQL, Redis and a mail server"
install -d -o postgres -g postgres -m 700 /var/lib/pg /run/postgresql
binaries=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
echo office > /run/postgresql/password && chown postgres /run/postgresql/password
runuser -u postgres -- "$binaries/initdb" -D /var/lib/pg -A scram-sha-256 --pwfile /run/postgresql/password -E UTF8 --locale C.UTF-8 >/dev/null
runuser -u postgres -- "$binaries/pg_ctl" -D /var/lib/pg -w -l /var/lib/pg/log start >/dev/null
export PGPASSWORD=office
cd /opt/cte
read -r -a options <<< "$(grep -o -- '--appendonly yes --maxmemory-policy noeviction --requirepass' docs/deploy.md)"
(cd /var/lib/pg && exec redis-server --bind 127.0.0.1 "${options[@]}" "$REDIS" --daemonize yes) >/dev/null
install -d -m 777 /var/mail-sink
python3 "$here/mail.py" 25 /var/mail-sink &

step "1. Roles and databases"
block 'sh docs/create-roles.sh' --set "OWNER_PASSWORD=$OWNER" "WEB_PASSWORD=$WEB" "WORKER_PASSWORD=$WORKER" | sh -eu >/dev/null
block 'sh docs/create-roles.sh' --set "OWNER_PASSWORD=$OWNER" "WEB_PASSWORD=$WEB" "WORKER_PASSWORD=$WORKER" | sh -eu >/dev/null  # it may run again
unset PGPASSWORD

step "3. The portal's user and its environment"
block 'useradd --system' | sh -eu
for role in owner web worker; do
  name=${role^^}
  sed -i "s/password/${!name}/" "/etc/cte/$role.env"
done
sed -i -e "s/password/$REDIS/" -e "s|^SECRET_KEY=|&$(openssl rand -base64 48)|" -e "s|^MFA_KEYS=|&$(openssl rand -base64 32 | tr '+/' '-_')|" /etc/cte/cte.env
echo "METRICS_TOKEN=$(openssl rand -hex 32)" >> /etc/cte/cte.env
# A command as one of the roles, as the page writes it.
as() {
  role=$1 && shift
  line=$(block 'exec python3 manage.py check --deploy')
  line=${line//web.env/$role.env}
  line=${line//python3 manage.py check --deploy/python3 manage.py $*}
  sh -eu -c "$line"
}
missing=$(as web check --deploy 2>&1 || true)
[ "$(grep -o 'portal\.[EW][0-9]*' <<< "$missing" | sort -u)" = portal.E112 ] || { echo "$missing"; exit 1; }  # the tables, and nothing else

step "4. As owner: tables and style sheets"
as owner migrate | tail -1
as owner collectstatic --noinput | tail -1

step "5. The first person"
export DJANGO_SUPERUSER_PASSWORD='open range, quiet light'
as web createsuperuser --noinput --username rhale --email rhale@opi.example.gov --first_name Robin --last_name Hale
for role in web worker; do as "$role" check --deploy 2>&1 | grep -o 'it is .*'; done

step "6. Processes and timers"
block 'systemctl enable --now' | sh -eu

step "7. The proxy"
install -d /etc/ssl/cte
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=cte.example.gov -addext subjectAltName=DNS:cte.example.gov \
  -keyout /etc/ssl/cte/key.pem -out /etc/ssl/cte/fullchain.pem 2>/dev/null
rm -f /etc/nginx/sites-enabled/*
block 'sites-enabled/cte.conf' | sh -eu 2>/dev/null
nginx
for _ in $(seq 120); do
  curl -fsS --cacert /etc/ssl/cte/fullchain.pem https://cte.example.gov/health/ready >/dev/null 2>&1 && break
  sleep 1
done
curl -fsS --cacert /etc/ssl/cte/fullchain.pem https://cte.example.gov/health/ready; echo
curl -sS -o /dev/null -w 'http: %{http_code} to %{redirect_url}\n' http://cte.example.gov/
for port in 8001 8002; do
  curl -fsS -o /dev/null -w "web on port $port: %{http_code}\n" -H 'Host: cte.example.gov' -H 'X-Forwarded-Proto: https' "http://127.0.0.1:$port/health/ready"
done
token=$(sed -n 's/^METRICS_TOKEN=//p' /etc/cte/cte.env)
counted() {
  curl -fsS --cacert /etc/ssl/cte/fullchain.pem -H "Authorization: Bearer $token" "https://cte.example.gov/metrics/$1" |
    sed -n 's/^cte_portal_pages_total{method="GET",page="account_login",status="200"} //p' | cut -d. -f1
}
for _ in $(seq 40); do curl -fsS -o /dev/null --cacert /etc/ssl/cte/fullchain.pem https://cte.example.gov/accounts/sign-in/; done
echo "sign-in pages: $(counted web-1) of web-1, $(counted web-2) of web-2"
[ $(($(counted web-1) + $(counted web-2))) = 40 ]
step "Health, backup, seals"
as worker verify_sealed | tail -1
block 'python3 manage.py backup' | sed 's/^python3 manage.py //' | while read -r command; do as owner "$command" | tail -1; done
as worker status

step "A rolling restart, while somebody reads"
while :; do
  curl -sS -o /dev/null -w '%{http_code}\n' --cacert /etc/ssl/cte/fullchain.pem https://cte.example.gov/accounts/sign-in/ || true
  sleep 0.1
done >"$place/answers" 2>&1 &
reader=$!
for port in 8001 8002; do
  before=$(cat "/run/cte-web@$port.service.pid")
  block 'systemctl restart cte-web@8001' | sed "s/8001/$port/g" | sh -eu
  [ "$before" != "$(cat "/run/cte-web@$port.service.pid")" ]
done
kill "$reader"
echo "answers: $(sort "$place/answers" | uniq -c | tr -s ' \n' ' ')"
[ "$(sort -u "$place/answers")" = 200 ]

step "From the first sign-in to a certifier's signature"
"$code/.venv/bin/python" -m tests.by_hand.deploy.journey https://cte.example.gov /var/mail-sink
as worker verify_sealed | tail -1
step "Done: $(($(date +%s) - begun)) seconds from the bare machine"
