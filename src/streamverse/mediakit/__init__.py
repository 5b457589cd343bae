"""Media engineering without a database, HTTP or settings."""
