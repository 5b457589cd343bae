"""The domains: each owns its tables, routes, jobs and words."""
