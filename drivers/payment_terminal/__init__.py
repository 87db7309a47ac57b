"""Payment terminals and acquirers, one file per wire protocol."""
