"""One module per desk: parse, call, redirect."""
