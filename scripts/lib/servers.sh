# shellcheck shell=bash
# Everything that starts and stops the local servers of one home. Sourced; needs $checkout.
: "${checkout:?}"
for part in say home daemons postgres vault-create vault-users vault; do
  # shellcheck source=/dev/null
  . "$checkout/scripts/lib/$part.sh"
done
