"""Divit: an open qualified-certificate (e-signature) service."""
