"""What the hub knows of devices: bindings to terminals, scans in, the print spool, drawers."""
