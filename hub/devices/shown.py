"""What can stand on a customer display, for the room that decides what the customer sees."""

from drivers.messages import Show

__all__ = ["Show"]
