# shellcheck shell=bash
# Makes the vault at the first start. Sourced before vault.sh; uses its functions.

vault=$EVIDENCE_HOME/vault

# The size of the OSD's file, which is sparse and cannot grow later: 80 % of what is free now, at most 2 TB.
vault_size() { # prints bytes
  local free
  free=$(df --output=avail -B1 "$EVIDENCE_HOME" | tail -n 1)
  echo "$(( ${EVIDENCE_VAULT_GB:-0} > 0 ? EVIDENCE_VAULT_GB * 2**30 : free * 8 / 10 > 2 * 10**12 ? 2 * 10**12 : free * 8 / 10 ))"
}

vault_write_conf() { # FSID
  cat <<CONF
[global]
fsid = $1
mon host = [v2:127.0.0.1:$(port_of monitor)/0]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
public network = 127.0.0.0/8
ms bind ipv6 = false
ms bind msgr1 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = $vault/admin.keyring
run dir = $vault/run
crash dir = $vault/log
log file = $vault/log/\$type.log
# Socket paths are limited to 107 bytes, and a home may lie deep.
admin socket =
pid file =

# One machine, one disk: redundancy is the business of the disk below and of replication.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false

# An OSD that fills up under the default ratios never starts again; below these it survives, and writes wait.
mon osd nearfull ratio = 0.75
mon osd backfillfull ratio = 0.80
mon osd full ratio = 0.85
mon data avail warn = 5
mon data avail crit = 1

# After a kill -9 the OSD serves nothing until the read lease of its former life is over, 0.8 of this.
# No peer sends it heartbeats, so a short grace costs nothing.
osd heartbeat grace = 4

[mon.a]
mon data = $vault/mon
keyring = $vault/mon/keyring
mon cluster log file = $vault/log/cluster.log

[osd.0]
osd data = $vault/osd
keyring = $vault/osd/keyring
osd objectstore = bluestore
bluestore block create = true
bluestore block size = $(vault_size)
# About the least that bluestore works well with: the machine transcodes too.
osd memory target = 939524096
osd memory cache min = 134217728

[client.rgw]
rgw data = $vault/rgw
keyring = $vault/rgw/keyring
rgw frontends = beast endpoint=127.0.0.1:$(port_of vault)
rgw thread pool size = 64
rgw enable usage log = false
log file = $vault/log/rgw.log
# After a kill -9 the monitor gives the OSD's old address away for some seconds; the gateway asks again
# after these, instead of ten.
objecter tick interval = 1
objecter timeout = 2
# 1 would log every request.
debug rgw = 0/5
CONF
}

vault_write_keyrings() {
  local keyring
  mkdir -p "$vault/mon" "$vault/osd" "$vault/rgw"
  ceph-authtool --create-keyring "$vault/mon.keyring" --gen-key --name mon. --cap mon 'allow *'
  ceph-authtool --create-keyring "$vault/admin.keyring" --gen-key --name client.admin --cap mon 'allow *' --cap osd 'allow *'
  ceph-authtool --create-keyring "$vault/osd/keyring" --gen-key --name osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
  ceph-authtool --create-keyring "$vault/rgw/keyring" --gen-key --name client.rgw --cap mon 'allow rw' --cap osd 'allow rwx'
  for keyring in admin.keyring osd/keyring rgw/keyring; do
    ceph-authtool "$vault/mon.keyring" --import-keyring "$vault/$keyring"
  done
}

vault_make_stores() {
  local fsid osd
  fsid=$(cat /proc/sys/kernel/random/uuid)
  osd=$(cat /proc/sys/kernel/random/uuid)
  vault_write_conf "$fsid" >"$vault/ceph.conf"
  vault_write_keyrings
  monmaptool --create --addv a "[v2:127.0.0.1:$(port_of monitor)]" --fsid "$fsid" "$vault/monmap"
  ceph-mon --id a --conf "$vault/ceph.conf" --mkfs --monmap "$vault/monmap" --keyring "$vault/mon.keyring"
  vault_start_daemon mon
  ceph --conf "$vault/ceph.conf" --connect-timeout 60 osd new "$osd"
  ceph-osd --id 0 --conf "$vault/ceph.conf" --mkfs --osd-uuid "$osd"
  vault_start_daemon osd
  vault_start_daemon rgw
  daemons_wait 120 "mon osd rgw" port_is_open "$(port_of vault)"
  vault_user evidence vault-admin 1000
  touch "$vault/created"
}

vault_create() {
  local log=$vault/log/create.log aside
  if [[ -e $vault/created ]]; then return; fi
  # A first start that was interrupted: put aside, never deleted, since a vault may hold evidence.
  if [[ -d $vault ]]; then
    vault_stop
    aside=$vault.unfinished-$(date +%Y%m%d%H%M%S)
    mv "$vault" "$aside"
    say "vault: an unfinished one lay there; it is now $aside and can be deleted if it holds nothing"
  fi
  mkdir -p "$vault/log" "$vault/run"
  say "vault: making an object store of at most $(( $(vault_size) / 2**30 )) GiB"
  secret vault-admin.access-key >/dev/null
  secret vault-admin.secret-key >/dev/null
  # In a subshell of its own `set -e` holds, which it would not on the left of || .
  set +e
  (set -e; vault_make_stores) >"$log" 2>&1
  local code=$?
  set -e
  (( code == 0 )) || die "vault: could not be made, see $log"
}
