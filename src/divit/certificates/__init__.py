"""Certificates: their law, their status and what is published of it."""
