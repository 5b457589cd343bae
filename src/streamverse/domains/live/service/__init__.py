"""The use cases of live."""
