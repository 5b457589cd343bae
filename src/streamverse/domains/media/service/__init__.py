"""The use cases of the media domain, a module per family."""
