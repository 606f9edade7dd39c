# shellcheck shell=bash
# The private PostgreSQL cluster in $EVIDENCE_HOME/postgres. Sourced after daemons.sh.

# Fills the array `as_owner`: the words before a command that make it run as the cluster's owner.
postgres_owner() {
  as_owner=()
  (( EUID == 0 )) || return 0
  # PostgreSQL refuses to run as root.
  as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  "${as_owner[@]}" test -e "$EVIDENCE_HOME/." && return
  # A folder above is closed to others (such as /root): this one capability passes through it.
  as_owner+=(--inh-caps=+dac_read_search --ambient-caps=+dac_read_search)
  "${as_owner[@]}" test -e "$EVIDENCE_HOME/." 2>/dev/null ||
    die "the user postgres cannot pass through the folders above $EVIDENCE_HOME; open them with chmod o+x, or choose another EVIDENCE_HOME"
}

postgres_bin() { # PROGRAM: prints the path of the newest one
  local found
  found=$(find /usr/lib/postgresql/*/bin -name "$1" 2>/dev/null | sort -V | tail -n 1)
  printf '%s\n' "${found:-$1 of PostgreSQL is missing: run scripts/setup}"
}

# The bootstrap talks to the cluster in single-user mode, so no superuser password exists and
# no superuser can ever log in: pg_hba.conf knows two roles, on loopback, with passwords. One owns the
# tables and changes them when the service is updated; the other works with them and can undo nothing.
postgres_create() {
  local folder=$EVIDENCE_HOME/postgres password owner_password
  password=$(secret postgres.password) owner_password=$(secret postgres-owner.password)
  mkdir -p "$folder"
  if (( EUID == 0 )); then chown postgres: "$folder"; fi
  # An unfinished one of an interrupted first start: no server has ever run on it.
  rm -rf "$folder/data.new"
  "${as_owner[@]}" mkdir -p "$folder/log" "$folder/data.new"
  "${as_owner[@]}" "$(postgres_bin initdb)" --pgdata "$folder/data.new" --username postgres --auth reject \
    --encoding UTF8 --locale C.UTF-8 --data-checksums --no-instructions >"$folder/log/initdb.log" 2>&1 ||
    die "initdb failed, see $folder/log/initdb.log"
  printf 'host evidence evidence,evidence_owner 127.0.0.1/32 scram-sha-256\n' >"$folder/data.new/pg_hba.conf"
  "${as_owner[@]}" "$(postgres_bin postgres)" --single -D "$folder/data.new" postgres >>"$folder/log/initdb.log" 2>&1 <<SQL ||
CREATE ROLE evidence LOGIN PASSWORD '$password';
CREATE ROLE evidence_owner LOGIN PASSWORD '$owner_password';
CREATE DATABASE evidence OWNER evidence_owner;
SQL
    die "making the database failed, see $folder/log/initdb.log"
  mv "$folder/data.new" "$folder/data"
}

postgres_is_ready() {
  "$(postgres_bin pg_isready)" --quiet --host 127.0.0.1 --port "$(port_of postgres)" --dbname evidence --username evidence
}

postgres_start() {
  local begin folder=$EVIDENCE_HOME/postgres as_owner try
  if daemon_pid postgres >/dev/null; then
    daemons_wait 60 postgres postgres_is_ready || die "postgres: runs, but takes no connection; see $folder/log"
    return
  fi
  begin=$(clock)
  postgres_owner
  if [[ ! -d $folder/data ]]; then
    say "postgres: making the cluster"
    postgres_create
  fi
  local settings=(
    listen_addresses=127.0.0.1 "port=$(port_of postgres)" unix_socket_directories=
    # What is acknowledged is on the disk.
    fsync=on synchronous_commit=on full_page_writes=on
    # Sized for an office PC that also transcodes.
    shared_buffers=256MB max_connections=100 max_wal_size=1GB
    # One file per weekday, overwritten a week later.
    logging_collector=on "log_directory=$folder/log" log_filename=%a.log log_truncate_on_rotation=on
    log_rotation_age=1d log_rotation_size=0 log_checkpoints=off
  )
  # After a kill -9 the old server's children may hold its shared memory for a moment, which makes the new one give up.
  for try in 1 2 3 4 5; do
    (( try == 1 )) || sleep 1
    daemon_start postgres "$folder/log/start.log" "${as_owner[@]}" "$(postgres_bin postgres)" -D "$folder/data" "${settings[@]/#/--}"
    if daemons_wait 60 postgres postgres_is_ready; then
      say "postgres: ready on port $(port_of postgres) ($(since "$begin"))"
      return
    fi
  done
  die "postgres: did not start, see $folder/log"
}

postgres_stop() {
  # SIGINT: a fast shutdown, which ends connections, then writes a checkpoint.
  daemon_stop postgres INT 60
}
