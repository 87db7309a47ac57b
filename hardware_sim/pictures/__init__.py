"""Pictures of paper: laid out once, painted as SVG for a page or as PNG for a file."""
