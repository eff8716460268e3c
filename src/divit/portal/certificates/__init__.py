"""A person's certificates: closing, opening, ending, and the proof that the world knows."""
