"""Out-edges: real clients of the neighbours' real wires, one package each."""
