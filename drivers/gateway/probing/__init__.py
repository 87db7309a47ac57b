"""Finding devices: which ports there are, and what answers on them."""
