"""Programs (programlar): software of an institution that reads and asks for it over the wire."""
