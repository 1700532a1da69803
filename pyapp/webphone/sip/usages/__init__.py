"""What uses a dialog or a transaction: registrations, calls, single requests (RFC 5057)."""
