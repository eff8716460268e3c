"""The service as a stranger sees it: asks over the wire, believes only what it has verified itself."""
