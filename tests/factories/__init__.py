"""Makes what tests need: people, titles, media."""
