"""The decisions of search."""
