"""Approvals by a second person, and the trail of who did what."""
