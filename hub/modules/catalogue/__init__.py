"""What the shop sells: immutable versions of items, codes and prices."""
