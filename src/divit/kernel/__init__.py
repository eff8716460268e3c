"""Words and rules that every room shares: no framework, database or network in here."""
