"""`dianshu doctor`: one report of everything a store's computer needs, and a bundle to send."""
