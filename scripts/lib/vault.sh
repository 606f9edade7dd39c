# shellcheck shell=bash
# The private object store in $EVIDENCE_HOME/vault: one Ceph monitor, one OSD, one RADOS Gateway, on loopback.
# Sourced after daemons.sh, build.sh, vault-create.sh and vault-users.sh.
: "${vault:?}"

# An anonymous request would be answered without the OSD; listing the buckets reads from it.
vault_is_ready() {
  local status user=vault-admin nothing=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
  # Sites may take the administrator's key away from here, and old homes don't have it yet.
  [[ -s $EVIDENCE_HOME/secrets/vault-admin.access-key ]] || user=vault
  # The key goes in through stdin: an argument could be read by everyone on this machine.
  status=$(curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' --aws-sigv4 aws:amz:us-east-1:s3 \
    --header "x-amz-content-sha256: $nothing" --config - "http://127.0.0.1:$(port_of vault)/" <<<"user = \"$(secret "$user.access-key"):$(secret "$user.secret-key")\"") || true
  [[ $status == 200 ]]
}

# Ceph appends to its logs for ever; one old generation is enough.
vault_trim_log() { # NAME
  local log=$vault/log/$1.log
  if [[ $(stat -c %s "$log" 2>/dev/null || echo 0) -gt 50000000 ]]; then mv "$log" "$log.old"; fi
}

vault_start_daemon() { # mon|osd|rgw
  local -A command=([mon]="ceph-mon --id a" [osd]="ceph-osd --id 0" [rgw]="radosgw --name client.rgw")
  if daemon_pid "$1" >/dev/null; then return; fi
  vault_trim_log "$1"
  # The words of the command are split on purpose.
  # shellcheck disable=SC2086
  daemon_start "$1" "$vault/log/$1.start.log" ${command[$1]} --conf "$vault/ceph.conf" --foreground
}

vault_start() {
  local begin
  begin=$(clock)
  vault_create
  if daemon_pid mon >/dev/null && daemon_pid osd >/dev/null && daemon_pid rgw >/dev/null && vault_is_ready; then
    vault_make_users
    vault_protect
    return
  fi
  vault_start_daemon mon
  vault_start_daemon osd
  vault_start_daemon rgw
  daemons_wait 120 "mon osd rgw" vault_is_ready || die "vault: did not start, see $vault/log"
  vault_make_users
  vault_protect
  say "vault: ready on port $(port_of vault) ($(since "$begin"))"
}

vault_stop() {
  daemon_stop rgw TERM 30
  daemon_stop osd TERM 60
  daemon_stop mon TERM 30
}
