"""The SMS operator, the mail server, and the inbox that shows what arrived."""
