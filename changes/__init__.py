"""Changes: planned work on services, with their risk, approval, calendar, outcome and review."""
