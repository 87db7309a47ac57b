"""Benchmarks: small, bounded, each against a ceiling or a peer measured in the same run."""
