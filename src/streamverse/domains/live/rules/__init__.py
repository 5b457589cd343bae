"""The decisions of live."""
