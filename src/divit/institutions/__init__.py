"""Institutions, the rules that they agreed on, and who acts for them."""
