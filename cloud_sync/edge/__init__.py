"""The hub's end: what carries the journal up and says how far it has come."""
