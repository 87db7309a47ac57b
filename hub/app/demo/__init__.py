"""A whole shop on one machine, to be tried and tested."""
