"""The demo world: a company with its people, and two months of work, made by the same actions as real work."""
