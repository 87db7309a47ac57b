"""Scales, one file per wire protocol."""
