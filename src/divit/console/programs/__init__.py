"""Programlar: the officer's pages of the institution's software that connects over the wire."""
