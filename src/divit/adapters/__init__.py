"""Out-edges: one package per neighbour, real clients of real wires."""
