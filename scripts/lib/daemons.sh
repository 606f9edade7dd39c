# shellcheck shell=bash
# Starts, finds and stops the daemons of one home, each by its pid. Sourced after home.sh.

# A pid file may be stale and its pid reused: the process must run the program, for this very home.
daemon_pid() { # NAME: prints the pid of the running daemon, or fails
  local -A program=([postgres]=postgres [mon]=ceph-mon [osd]=ceph-osd [rgw]=radosgw [program]=evidence-ingest)
  local pid argv
  pid=$(cat "$EVIDENCE_HOME/run/$1.pid" 2>/dev/null) && [[ -n $pid ]] || return 1
  mapfile -d '' -t argv 2>/dev/null <"/proc/$pid/cmdline" || return 1
  [[ ${argv[0]-} == "${program[$1]}" || ${argv[0]-} == */"${program[$1]}" ]] || return 1
  # The servers name a path of the home; evidence-ingest has it in its environment.
  [[ " ${argv[*]}" == *" $EVIDENCE_HOME/"* ]] ||
    grep -qszxF -- "EVIDENCE_HOME=$EVIDENCE_HOME" "/proc/$pid/environ" || return 1
  printf '%s\n' "$pid"
}

# Every daemon stays in the foreground of a session of its own: its pid is known from the first moment,
# and Ctrl-C on the terminal reaches only the script, which then stops the daemons in their order.
daemon_start() { # NAME LOG COMMAND…
  local name=$1 log=$2
  shift 2
  # 9 is the lock of the home (home_lock): a daemon must not go on holding it.
  setsid -- "$@" </dev/null >>"$log" 2>&1 9>&- &
  echo $! >"$EVIDENCE_HOME/run/$name.pid"
}

# Waits until COMMAND succeeds; fails when the time is over or a daemon dies before.
daemons_wait() { # SECONDS "NAME…" COMMAND…
  local end=$((SECONDS + $1)) names=$2 name
  shift 2
  until "$@"; do
    (( SECONDS < end )) || return 1
    for name in $names; do
      kill -0 "$(cat "$EVIDENCE_HOME/run/$name.pid")" 2>/dev/null || return 1
    done
    sleep 0.1
  done
}

daemon_stop() { # NAME SIGNAL SECONDS
  local name=$1 pid begin end=$((SECONDS + $3))
  if pid=$(daemon_pid "$name"); then
    begin=$(clock)
    kill -"$2" "$pid"
    while daemon_pid "$name" >/dev/null; do
      if (( SECONDS >= end )); then
        say "$name: still there after $3 s, killing it"
        kill -KILL "$pid" 2>/dev/null || true
        end=$((SECONDS + 10))
      fi
      sleep 0.05
    done
    say "$name: stopped ($(since "$begin"))"
  fi
  rm -f "$EVIDENCE_HOME/run/$name.pid"
}
