"""Identity's use cases: accounts, sessions, and the care that passwords need."""
