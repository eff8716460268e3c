"""Rosters: the list of its people that an institution hands in, and what became of each row."""
