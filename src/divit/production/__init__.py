"""Card orders: the queue, the station, inspection."""
