"""Brings the whole portal up with one command, keeps it up, and takes it down without leaving anything behind."""
