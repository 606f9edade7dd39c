# shellcheck shell=bash
# The local store's users, so that a stolen key of the service can neither delete nor unlock. Sourced before vault.sh.
#   evidence           owns the buckets and their policies   secrets/vault-admin.*     only `vault init` uses it
#   evidence-server    the service                           secrets/vault.*
#   evidence-disposal  deletes what no lock holds any more   secrets/vault-disposal.*
: "${vault:?}"
# From build.sh, which is sourced before the first start.
executable=${executable:-}

# Raised when the users, or what `vault init` sets, change: existing homes are brought up to it at their next start.
vault_users=1
vault_policies=1

vault_radosgw_admin() { radosgw-admin --conf "$vault/ceph.conf" --name client.rgw "$@"; }

# Makes a user, or gives an existing one these keys. A user that could make buckets would own them, policies and all.
vault_user() { # UID FILES MAX-BUCKETS
  local access secret_key
  access=$(secret "$2.access-key")
  secret_key=$(secret "$2.secret-key")
  vault_radosgw_admin user create --uid "$1" --display-name "EvidenceIngest $1" --max-buckets="$3" \
    --access-key "$access" --secret-key "$secret_key" ||
    vault_radosgw_admin key create --uid "$1" --key-type s3 --access-key "$access" --secret-key "$secret_key"
}

# Copies a secret so that it is whole or not there.
vault_copy_secret() { # FROM TO
  cp "$EVIDENCE_HOME/secrets/$1" "$EVIDENCE_HOME/secrets/$2.new"
  mv "$EVIDENCE_HOME/secrets/$2.new" "$EVIDENCE_HOME/secrets/$2"
}

# Homes of before had one user for everything. It goes on owning its buckets, as their administrator, and the service gets a
# new one under the old names of the key files. Killed anywhere, the next start goes on: the access key is switched last.
vault_split_user() {
  local secrets=$EVIDENCE_HOME/secrets
  if [[ ! -s $secrets/vault-admin.access-key ]]; then
    vault_copy_secret vault.secret-key vault-admin.secret-key
    vault_copy_secret vault.access-key vault-admin.access-key
  fi
  if [[ -s $secrets/vault.access-key ]] && cmp -s "$secrets/vault.access-key" "$secrets/vault-admin.access-key"; then
    vault_user evidence-server vault-server -1
    vault_copy_secret vault-server.secret-key vault.secret-key
    vault_copy_secret vault-server.access-key vault.access-key
  else
    vault_user evidence-server vault -1
  fi
  rm -f "$secrets/vault-server.access-key" "$secrets/vault-server.secret-key"
  vault_user evidence-disposal vault-disposal -1
}

vault_make_users() {
  local log=$vault/log/users.log code
  if [[ $(cat "$vault/users" 2>/dev/null) == "$vault_users" ]]; then return; fi
  # In a subshell of its own `set -e` holds, which it would not on the left of || .
  set +e
  (set -e; vault_split_user) >"$log" 2>&1
  code=$?
  set -e
  (( code == 0 )) || die "vault: its users could not be made, see $log; what is stored is not touched, start again"
  echo "$vault_users" >"$vault/users"
}

# Buckets and policies, by the program itself. The settings are given here because config.json may name another store.
vault_protect() {
  local log=$vault/log/init.log
  if [[ $(cat "$vault/policies" 2>/dev/null) == "$vault_policies" ]]; then return; fi
  if [[ ! -x $executable ]]; then
    say "vault: its policies are not set yet, because evidence-ingest is not built; the next start sets them"
    return
  fi
  if EVIDENCE_Vault__Endpoint=http://127.0.0.1:$(port_of vault) \
    EVIDENCE_Vault__AccessKeyFile=secrets/vault.access-key EVIDENCE_Vault__SecretKeyFile=secrets/vault.secret-key \
    EVIDENCE_Vault__Admin__AccessKeyFile=secrets/vault-admin.access-key EVIDENCE_Vault__Admin__SecretKeyFile=secrets/vault-admin.secret-key \
    "$executable" vault init --server-user arn:aws:iam:::user/evidence-server --disposal-user arn:aws:iam:::user/evidence-disposal \
    </dev/null >"$log" 2>&1 9>&-; then
    echo "$vault_policies" >"$vault/policies"
  else
    say "vault: its policies could not be set, see $log; the next start tries again"
  fi
}
