"""Documents, passages and vectors on disk, read through snapshots; knows no question."""
