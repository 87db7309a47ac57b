"""Who may do what: staff, roles, terminals, sign-in and sessions."""
