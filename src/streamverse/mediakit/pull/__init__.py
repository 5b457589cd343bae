"""Live streams fetched from where they are: cores without I/O, and the clients around them."""
