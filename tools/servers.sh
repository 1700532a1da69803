#!/bin/sh
# Asterisk 22 of Debian sid in a folder of its own, for `make test-servers`; needs root, and two minutes once.
#
# Debian 12 has no Asterisk. The folder is no container: the tests start its asterisk by chroot.
set -eu
cd "$(dirname "$0")/.."
root=.cache/asterisk
packages="asterisk,asterisk-moh-opsound-wav,asterisk-core-sounds-en-wav"
if [ "$(cat "$root/installed" 2>/dev/null)" = "$packages" ]; then exit 0; fi
if [ "$(id -u)" != 0 ]; then
    echo "Asterisk is unpacked and started by chroot, which needs root: run make test-servers as root once."
    exit 1
fi
if ! command -v mmdebstrap >/dev/null; then
    echo "==> Debian package: mmdebstrap"
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends mmdebstrap
fi
echo "==> Asterisk from Debian sid into $root (about two minutes)"
rm -rf "$root" "$root.new"
mkdir -p .cache
# A mirror that stands still has a list of packages past its date; its signature is checked all the same.
# A folder that is not whole yet never has the name that the tests look for.
mmdebstrap --variant=minbase --mode=root --include="$packages" \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt=path-exclude='/usr/share/doc/*' --dpkgopt=path-exclude='/usr/share/man/*' \
    sid "$root.new"
echo "$packages" >"$root.new/installed"
mv "$root.new" "$root"
