"""The business, one folder each, all alike inside; a lower module never imports a higher one."""
