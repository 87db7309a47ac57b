"""The hardware gateway: device drivers and the process that runs them. Knows no business."""
