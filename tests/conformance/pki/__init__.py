"""What other people's programs say about what Divit signs."""
