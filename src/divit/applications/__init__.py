"""Applications for a certificate: what was asked, what is still required, how far it is."""
