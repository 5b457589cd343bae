"""The library's JSON."""
