"""What templates may ask about approvals."""
