"""What clocks came to, counted by period, workgroup, policy, priority and category."""
