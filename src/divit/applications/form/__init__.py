"""The application form on paper: one A4 page, tagged, black only."""
