"""Candidates → quotes, and the confidence that the first one answers."""
