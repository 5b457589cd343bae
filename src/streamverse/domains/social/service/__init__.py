"""The use cases of social."""
