"""Barcode scanners, one file per wire protocol."""
