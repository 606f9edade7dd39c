# shellcheck shell=bash
# $EVIDENCE_HOME: everything that one installation keeps. Sourced after say.sh; needs $checkout.
#   config.json  settings     secrets/   generated, for the owner only     run/   pid files, locks
#   ports        chosen once  postgres/  the database                      vault/ the object store

EVIDENCE_HOME=$(realpath -m -- "${EVIDENCE_HOME:-$checkout/.evidence}")
export EVIDENCE_HOME

# Makes what is missing and changes nothing that is there.
home_prepare() {
  local folder
  [[ -d $EVIDENCE_HOME ]] || mkdir -p "$EVIDENCE_HOME" 2>/dev/null || die "cannot make the folder $EVIDENCE_HOME; choose another one with EVIDENCE_HOME"
  [[ -O $EVIDENCE_HOME ]] || die "$EVIDENCE_HOME belongs to $(stat -c %U "$EVIDENCE_HOME"); run this as that user or choose another EVIDENCE_HOME"
  umask 077
  # For root the database runs as another user, who must reach its own folder below this one.
  if (( EUID == 0 )); then chmod 0711 "$EVIDENCE_HOME"; else chmod 0700 "$EVIDENCE_HOME"; fi
  for folder in secrets run; do mkdir -p "$EVIDENCE_HOME/$folder"; done
}

# Holds the home for this process until it ends; waits for another one at most SECONDS.
home_lock() { # NAME SECONDS
  exec 9>>"$EVIDENCE_HOME/run/$1.lock"
  flock --wait "$2" 9
}

# Makes a secret of 48 hexadecimal digits once, and prints it.
secret() { # NAME
  local file=$EVIDENCE_HOME/secrets/$1
  if [[ ! -s $file ]]; then
    openssl rand -hex 24 >"$file.new"
    mv "$file.new" "$file"
  fi
  cat "$file"
}

port_of() { # api|postgres|vault|monitor
  sed -n "s/^$1=//p" "$EVIDENCE_HOME/ports"
}

port_is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Chooses free ports once. A home that is not running keeps its ports too: the register of this user's
# homes remembers them, and its lock keeps two new homes from choosing the same ones.
home_ports() {
  local register=${XDG_STATE_HOME:-${HOME:-/nonexistent}/.local/state}/evidence-ingest homes home name port taken=" "
  [[ ! -s $EVIDENCE_HOME/ports ]] || return 0
  mkdir -p "$register" 2>/dev/null || register=$EVIDENCE_HOME/run
  exec 8>>"$register/homes"
  flock 8
  mapfile -t homes <"$register/homes"
  for home in "${homes[@]}"; do
    [[ -s $home/ports ]] && taken+="$(sed 's/.*=//' "$home/ports" | tr '\n' ' ')"
  done
  for name in api=8620 postgres=8621 vault=8622 monitor=8623; do
    port=${name#*=}
    while [[ $taken == *" $port "* ]] || port_is_open "$port"; do port=$((port + 1)); done
    taken+="$port "
    echo "${name%=*}=$port"
  done >"$EVIDENCE_HOME/ports.new"
  mv "$EVIDENCE_HOME/ports.new" "$EVIDENCE_HOME/ports"
  # Homes that are gone leave the register here.
  for home in "${homes[@]}" "$EVIDENCE_HOME"; do
    [[ ! -s $home/ports ]] || printf '%s\n' "$home"
  done | sort -u >"$register/homes.new"
  # Written in place: the lock lies on this file.
  cat "$register/homes.new" >"$register/homes"
  rm -f "$register/homes.new"
  exec 8>&-
}

# Paths in it are relative to $EVIDENCE_HOME; an environment variable such as EVIDENCE_Dock__Clearing=true wins.
home_config() {
  local api
  api=http://127.0.0.1:$(port_of api)
  [[ ! -e $EVIDENCE_HOME/config.json ]] || return 0
  cat >"$EVIDENCE_HOME/config.json.new" <<JSON
{
  "Server": {
    "Urls": "$api",
    "Database": "Host=127.0.0.1;Port=$(port_of postgres);Username=evidence;Database=evidence",
    "DatabasePasswordFile": "secrets/postgres.password",
    "OwnerDatabase": "Host=127.0.0.1;Port=$(port_of postgres);Username=evidence_owner;Database=evidence",
    "OwnerDatabasePasswordFile": "secrets/postgres-owner.password"
  },
  "Vault": {
    "Endpoint": "http://127.0.0.1:$(port_of vault)",
    "AccessKeyFile": "secrets/vault.access-key",
    "SecretKeyFile": "secrets/vault.secret-key"
  },
  "Dock": {
    "Server": "$api"
  }
}
JSON
  mv "$EVIDENCE_HOME/config.json.new" "$EVIDENCE_HOME/config.json"
}
