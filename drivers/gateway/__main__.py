"""`python -m drivers.gateway`: the same as `dianshu gateway`."""

from drivers.gateway.cli import app

app()
