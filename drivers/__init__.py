"""The hardware gateway: device drivers and the process that runs them. Knows nothing of the hub's business."""
