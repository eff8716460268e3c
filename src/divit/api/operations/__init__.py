"""The operations: one file for each thing that is read or asked for."""
