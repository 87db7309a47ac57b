"""Checking configured devices: their settings, what they say, and what a person sees them do."""
