"""One file per format; each turns bytes into canonical text."""
