"""Our own lint rules, for what no general linter knows; run `python -m tools.lint src`."""
