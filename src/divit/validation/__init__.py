"""What the world asks: OCSP, CRL, CA certificates and time-stamps; its own process, without Django."""
