"""Strings to vectors to nearest rows; knows nothing of transcripts."""
