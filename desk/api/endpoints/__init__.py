"""What programs may ask of the ground floor; each module calls what its page calls."""
