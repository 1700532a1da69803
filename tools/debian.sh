#!/bin/sh
# Install the Debian packages that the tests drive, when some are missing; needs root only then.
set -eu
packages="chromium kamailio kamailio-websocket-modules kamailio-tls-modules kamailio-extra-modules
kamailio-outbound-modules kamailio-autheph-modules kamailio-presence-modules kamailio-sqlite-modules kamailio-utils-modules
rtpengine-daemon coturn baresip-core sip-tester firefox-esr iproute2 pulseaudio
at-spi2-core python3-pyatspi dbus-daemon xvfb xauth
nginx libnginx-mod-http-brotli-static caddy"
missing=""
for name in $packages; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q "install ok installed" || missing="$missing $name"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "The tests need these Debian packages; as root: apt-get install --no-install-recommends$missing"
    exit 1
fi
echo "==> Debian packages:$missing"
# Debian starts a daemon as soon as its package is installed. A policy-rc.d that answers 101
# ("action forbidden by policy") prevents that: the tests start their own, on their own ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT INT TERM
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086
apt-get install -q -y --no-install-recommends $missing
