"""Brings in incidents with their history from an audit trail; `run.run` is the way in, docs/importing.md the guide.

file → `reading` (lines) → `updates` (typed, or rejected with a reason) → `spool` (in order, incident by incident)
→ `replay` (through the same actions as real work) → `report`.
"""
