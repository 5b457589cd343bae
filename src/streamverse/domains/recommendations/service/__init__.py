"""The use cases of recommendations."""
