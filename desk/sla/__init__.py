"""Service levels: calendars, policies and the clocks that measure against them."""
