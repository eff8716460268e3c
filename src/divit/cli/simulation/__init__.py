"""A year in the life of an institution: invented people and desks, the real flows, and a clock that is moved."""
