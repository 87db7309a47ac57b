"""How much there is: the ledger of movements and the balance it adds up to."""
