"""Signing in through e-Devlet, staying, signing out."""
