#!/bin/sh
# Run by the database container, as its superuser: both databases, and three roles; what is there already stays, but for the passwords. `cte_owner` migrates; `cte_web` and `cte_worker`
# change no table. In the State edition `cte_web` may only read: default privileges say so for every table that migrate makes.
# From `cte_worker` each `manage.py migrate` takes columns away again: password hashes, app secrets, sessions.
# Passwords come from the environment and stand in no process list.
# Outside of a container: PGHOST=… PGUSER=postgres OWNER_PASSWORD=… WEB_PASSWORD=… WORKER_PASSWORD=… sh docs/create-roles.sh
set -eu
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-${PGUSER:-postgres}}" --dbname postgres <<'SQL'
\getenv owner OWNER_PASSWORD
\getenv web WEB_PASSWORD
\getenv worker WORKER_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', name) FROM (VALUES ('cte_owner'), ('cte_web'), ('cte_worker')) AS roles(name)
  WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE cte_owner LOGIN PASSWORD :'owner';
ALTER ROLE cte_web LOGIN PASSWORD :'web';
ALTER ROLE cte_worker LOGIN PASSWORD :'worker';
SELECT format('CREATE DATABASE %I OWNER cte_owner', name) FROM (VALUES ('cte_district'), ('cte_state')) AS databases(name)
  WHERE name NOT IN (SELECT datname FROM pg_database) \gexec
REVOKE ALL ON DATABASE cte_district, cte_state FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE cte_district TO cte_web, cte_worker;
GRANT CONNECT ON DATABASE cte_state TO cte_web;
GRANT CONNECT, TEMPORARY ON DATABASE cte_state TO cte_worker;
\connect cte_district
ALTER DEFAULT PRIVILEGES FOR ROLE cte_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cte_web, cte_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE cte_owner GRANT USAGE, SELECT ON SEQUENCES TO cte_web, cte_worker;
\connect cte_state
ALTER DEFAULT PRIVILEGES FOR ROLE cte_owner GRANT SELECT ON TABLES TO cte_web;
ALTER DEFAULT PRIVILEGES FOR ROLE cte_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cte_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE cte_owner GRANT USAGE, SELECT ON SEQUENCES TO cte_worker;
SQL
