"""A run's figures in the terminal, in a page and beside the transcripts."""
