"""Media: from the bytes somebody uploads to the segments everybody plays.

Owns **uploads** (resumable, tus 1.0), **assets** (a file as it was given to us, with its facts),
**packages** (the immutable CMAF segments made from it, and their index) and the signed addresses
under which players fetch them.

Invariants: what was acknowledged to an uploader is on disk; a segment that was announced never
changes; segments are announced in order, all video rungs of a number together; a part whose
encoding has finished is never encoded again; a refused file leaves nothing behind.
"""
