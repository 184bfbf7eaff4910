"""What templates may ask about service levels."""
