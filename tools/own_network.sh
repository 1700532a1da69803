#!/bin/sh
# Run a command in a network of its own, which is gone with it: servers there have the very ports that docs/servers
# gives them, and the machine's network is left alone. Needs root.
#
# Asterisk offers no address of 127.0.0.0/8 for media, so the loopback interface has one more (of RFC 2544).
exec unshare --net -- sh -c 'ip link set lo up && ip address add 198.18.0.1/32 dev lo && exec "$@"' sh "$@"
