"""Keyboard layouts as data: one TOML each, Linux key code -> characters plain and with shift."""
