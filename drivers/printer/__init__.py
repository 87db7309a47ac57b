"""Receipt printers, one file per wire protocol."""
