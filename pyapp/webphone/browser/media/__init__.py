"""Sound and pictures of a call: RTCPeerConnection, devices, counters."""
