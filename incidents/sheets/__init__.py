"""Incidents out of a table: a CSV is read and tried, shown row by row, and logged by a worker once somebody says so."""
