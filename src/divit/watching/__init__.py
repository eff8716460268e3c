"""How the service was seen from outside: minute marks, what is wrong now, outages with their begin and end."""
