"""Between a store and its chain: what both sides share, the hub's end, and the cloud's end."""
