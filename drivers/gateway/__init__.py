"""The gateway process: owns the devices of one counter and is a client of the hub."""
