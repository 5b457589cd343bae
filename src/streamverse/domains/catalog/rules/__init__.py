"""The catalog's decisions."""
