"""Live streams: samples as they come in, cut into parts and segments that viewers follow."""
