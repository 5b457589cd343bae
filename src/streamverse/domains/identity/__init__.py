"""Identity: who is asking, for which tenant, and what they may do.

Owns **tenants** (a service of its own within one installation), **accounts** (a person, known by an
e-mail address, with one role), **devices** (the browser or app that somebody logs in on, recognised
by a secret it keeps), **sessions** (a log-in that lasts, revocable at once: a browser's cookie, or
a program's access and refresh tokens), **factors** (what an account shows beside its password),
**tickets** (a log-in that waits for its second factor), **links** (one-time secrets in mails),
**activity** (what happened around log-ins, for the account to read), **keys of the API** (what
programs of staff act by) and the **audit log** (what staff did, each entry chained to the one
before).

Invariants: within a tenant an address belongs to one account, however it is spelled; a password is
kept only as an Argon2id hash and every other secret only as a SHA-256 hash or sealed; a secret that
is good once is spent by one; nobody gives or takes a power that they do not have; an entry of the
audit log never changes; as soon as a tenant has an owner its set-up is closed, and it never runs
out of owners.
"""
