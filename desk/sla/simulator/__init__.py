"""What policies would have come to: real events of tickets, told again under a draft. Nothing is written."""
