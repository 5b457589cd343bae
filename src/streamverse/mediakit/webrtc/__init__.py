"""WebRTC as far as streams need it: protocol cores without I/O, and the server around them."""
