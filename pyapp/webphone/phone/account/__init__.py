"""One account: its connection, its servers, its registration."""
