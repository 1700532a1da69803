"""One phone that several tabs of an origin share."""
