"""The certification authority as a library: bytes in, signed bytes out."""
