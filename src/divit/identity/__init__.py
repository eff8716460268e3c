"""Persons and staff accounts: who is who."""
