"""Pages about institutions themselves: the centre's desk, who acts for an institution, and the viewer's door."""
