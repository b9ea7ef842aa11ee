"""Runs: a set put to an archive, and what is made of the result."""
