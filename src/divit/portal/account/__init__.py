"""What is kept about the person, and what was told to them."""
