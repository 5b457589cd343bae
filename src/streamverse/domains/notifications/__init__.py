"""Notifications: other programs are told what happens here.

Owns **endpoints** (addresses of other programs that staff has named, with the kinds of events they
want and a secret to know us by) and **deliveries** (one message on its way to one endpoint, with
every attempt that was made).

Invariants: a message that was told is delivered at least once or ends as a dead letter that staff
can see and send again; all attempts send the same bytes under the same id; a secret is shown once;
nothing is sent to a private network, and nothing of one tenant to another's endpoint.
"""
