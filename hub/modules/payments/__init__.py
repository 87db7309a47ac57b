"""Money in and out of the drawer: tenders, shifts, no-sale openings."""
