"""What templates may ask about work orders."""
