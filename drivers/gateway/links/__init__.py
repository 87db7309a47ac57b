"""Links by URL: the way to a device, be it a cable, a socket or a simulator."""
