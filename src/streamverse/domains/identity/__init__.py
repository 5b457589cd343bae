"""Identity: who is asking, for which tenant, and what they may do.

Owns **tenants** (a service of its own within one installation), **accounts** (a person, known by an
e-mail address, with one role) and **sessions** (a browser's cookie or a program's bearer token).

Invariants: within a tenant an address belongs to one account, however it is spelled; a password is
kept only as an Argon2id hash and a session's secret only as a SHA-256 hash; as soon as a tenant has
an owner its set-up is closed, and it never runs out of owners.
"""
