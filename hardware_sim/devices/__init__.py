"""Simulated devices, one file per kind."""
