"""Incidents by monitoring: `reading` takes a post apart, `sorting` asks the rules, `hearing` acts, `settling` ends it."""
