"""The person's side of the hand-over: PIN and PUK, shown once."""
