"""Strings, without transcripts: the ground that every other room stands on."""
