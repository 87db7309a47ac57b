"""A day of trade as data, and the hands that play it at the till and at the counter."""
