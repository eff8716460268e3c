"""Proof that a person holds the phone they named."""
