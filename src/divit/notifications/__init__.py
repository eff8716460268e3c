"""Messages to people: the outbox, the texts and the message centre."""
