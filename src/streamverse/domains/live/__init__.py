"""Live streams: who may publish, what comes in, and the edge that viewers follow.

A **stream** is a place with an address and a key. A **broadcast** is what goes out from the first
picture until the publisher is gone for good; a publisher who comes back in time goes on with it.
Each of its segments is stored before it leaves memory. A **source** is an address that a stream is
fetched from where no encoder sends; a **pull** is one process fetching it.
"""
