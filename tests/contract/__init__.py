"""The wires, driven for real: our clients against the simulated neighbours."""
