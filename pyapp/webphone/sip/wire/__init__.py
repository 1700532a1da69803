"""Octets to messages and back: no transaction, no dialog, no time."""
