"""How fast the portal is: `make bench` lays tickets, starts the real servers, and prints a table; add to `rows.py`."""
