"""What a lived year says of itself."""
