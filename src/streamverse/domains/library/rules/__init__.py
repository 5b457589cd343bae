"""The decisions of the library."""
