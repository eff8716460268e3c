"""A card personalisation station: makes the key inside the card, proves it, seals the PIN, loads the certificate."""
