"""The simulated neighbours of demo and tests; knows nothing of Divit but their wires."""
