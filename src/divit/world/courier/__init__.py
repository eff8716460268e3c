"""A courier company: takes parcels, carries them, and hands them over only against an identity card."""
