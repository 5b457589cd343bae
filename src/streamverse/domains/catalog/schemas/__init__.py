"""The JSON of the catalog."""
