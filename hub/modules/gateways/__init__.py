"""Gateways on other computers: paired by a manager's code, known by a token of their own, revoked."""
