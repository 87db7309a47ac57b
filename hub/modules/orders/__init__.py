"""Baskets and the orders they become."""
