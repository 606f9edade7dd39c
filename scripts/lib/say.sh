# shellcheck shell=bash
# Messages and time. Sourced, never run.
# Everything for people goes to stderr: stdout belongs to the program that a script runs (--json).

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }

# begin=$(clock); …; say "done ($(since "$begin"))". The separator in EPOCHREALTIME depends on the locale.
clock() { printf '%s' "${EPOCHREALTIME//[^0-9]/}"; }
since() {
  local tenths=$(( (${EPOCHREALTIME//[^0-9]/} - $1) / 100000 ))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}
