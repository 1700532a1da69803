"""One call and its parts, and the calls of a phone."""
