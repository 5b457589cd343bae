"""Live streams: who may publish, what comes in, and the edge that viewers follow.

A **stream** is a place with an address and a key. A **broadcast** is what goes out from the first
picture until the publisher is gone for good; a publisher who comes back in time goes on with it.
Its segments lie where those of a package lie, and each is stored before it leaves memory.
"""
