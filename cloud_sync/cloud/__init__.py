"""The chain's end: ingest, projections, console."""
