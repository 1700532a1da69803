"""The far ends of the built-in exchange, played by the page itself."""
