"""What templates may ask about incidents."""
