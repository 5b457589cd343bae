"""How live streams come in: a core without I/O for each protocol, and the server around it."""
