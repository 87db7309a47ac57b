"""Devices that speak the real wire, for the demo and for tests. Imports none of our other packages."""
