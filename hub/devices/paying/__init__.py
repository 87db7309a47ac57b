"""Asking payment terminals, and what their batches should hold."""
