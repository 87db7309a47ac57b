"""The bench: a page and an API on which a person plays the devices."""
