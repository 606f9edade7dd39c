# shellcheck shell=bash
# Reads test results in Visual Studio's TRX format, without an XML parser: its writer puts one element
# on a line and escapes < and > inside attributes. Sourced.

# Prints the value of one attribute of every element on stdin.
trx_attribute() { # NAME
  sed -nE "s/.*[ ]$1=\"([^\"]*)\".*/\1/p"
}

# Adds one file's counters to passed, failed and skipped.
trx_count() { # FILE
  local counters all good bad
  counters=$(grep -o '<Counters [^>]*>' "$1" | head -n 1)
  all=$(trx_attribute total <<<"$counters")
  good=$(trx_attribute passed <<<"$counters")
  # What neither passed nor was skipped has failed, whatever its outcome is called.
  bad=$(grep -oE '<UnitTestResult [^>]*>' "$1" | grep -vcE ' outcome="(Passed|NotExecuted)"') || true
  passed=$((passed + ${good:-0})) failed=$((failed + bad)) skipped=$((skipped + ${all:-0} - ${good:-0} - bad))
}

# Prints "SECONDS NAME" for every test of the files.
trx_durations() { # FILE…
  { grep -ohE '<UnitTestResult [^>]*>' "$@" || true; } | sed -nE 's/^(.*) duration="([^"]*)"(.*)$/\2 \1\3/p' |
    sed -nE 's/^([0-9]+):([0-9]+):([0-9.]+) .* testName="([^"]*)".*/\1 \2 \3 \4/p' |
    awk '{ seconds = $1 * 3600 + $2 * 60 + $3; $1 = $2 = $3 = ""; printf "%9.2f s %s\n", seconds, $0 }' | trx_unescape
}

trx_failed_names() { # FILE…
  grep -ohE '<UnitTestResult [^>]*>' "$@" | grep -vE ' outcome="(Passed|NotExecuted)"' | trx_attribute testName | trx_unescape
}

trx_unescape() { sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'"'"'/g; s/&#x[0-9A-Fa-f]*;/ /g; s/&amp;/\&/g'; }
