"""The command line: `divit …`."""
