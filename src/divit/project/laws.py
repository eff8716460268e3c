"""Every law of the house, so that the database can be told its moves and the docs their diagrams."""

from divit.kernel.lifecycle import Lifecycle

LAWS: tuple[Lifecycle[object], ...] = ()
