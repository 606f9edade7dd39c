# shellcheck shell=bash
# Builds the solution when a source changed. Sourced after say.sh; needs $checkout.

# EVIDENCE_EXECUTABLE names a finished executable (the container image has one, and no SDK): nothing is built then.
executable=${EVIDENCE_EXECUTABLE:-$checkout/src/EvidenceIngest/bin/Release/net10.0/evidence-ingest}

# Prints everything a build reads; takes more tests for find.
build_inputs() {
  (cd "$checkout" || exit; find ./*.sln ./Directory.* ./.editorconfig ./.globalconfig ./global.json ./nuget.config \
    src tests hardware-profiles \
    \( -type d \( -name bin -o -name obj -o -name TestResults -o -path tests/rig/build \) -prune \) \
    -o -type f "$@" -print 2>/dev/null || true) | sort
}

# The stamp holds the list of sources, so that a deleted file counts as a change too.
build_is_current() {
  local stamp=$checkout/artifacts/build.stamp
  [[ -x $executable && -f $stamp ]] && cmp -s "$stamp" <(build_inputs) && [[ -z $(build_inputs -newer "$stamp") ]]
}

build_solution() {
  local begin log=$checkout/artifacts/build.log stamp=$checkout/artifacts/build.stamp version
  [[ -z ${EVIDENCE_EXECUTABLE:-} ]] || return 0
  begin=$(clock)
  # msbuild takes seconds to find out that nothing changed; this takes milliseconds.
  if build_is_current; then
    say "build: up to date ($(since "$begin"))"
    return
  fi
  version=$(cd "$checkout" || exit; dotnet --version 2>/dev/null || true)
  [[ $version == 10.* ]] || die "the .NET SDK 10 is needed (found: ${version:-none}); install it and put dotnet on the PATH"

  mkdir -p "$checkout/artifacts"
  say "build: restoring and compiling"
  # The stamp gets the time of the start: a file edited during the build must trigger the next one.
  build_inputs >"$stamp.new"
  if ! { dotnet restore "$checkout/EvidenceIngest.sln" &&
         dotnet build "$checkout/EvidenceIngest.sln" -c Release --no-restore; } </dev/null >"$log" 2>&1; then
    grep -E '(error|warning) [A-Z]+[0-9]+' "$log" | sort -u | head -n 20 >&2 || true
    tail -n 3 "$log" >&2
    die "the build failed; everything it said is in $log"
  fi
  mv "$stamp.new" "$stamp"
  say "build: done ($(since "$begin"))"
}
