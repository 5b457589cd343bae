"""Profiles: who of a family watches, and how they like it.

Owns **profiles** (a person or a child of an account: name, avatar, limit of maturity, preferences),
their **PINs**, which profile each session has **chosen**, and its **gate**: from which age on
playing asks for the PIN of a grown-up.

Invariants: an account has one to eight profiles; a PIN is kept only as an Argon2id hash and guessed
at a pace that does not pay; a child cannot get out of a kids profile, raise its limit or make a way
around it without the PIN of an adult profile or a log-in that is younger than the child's turn; the
profiles of other accounts do not exist for anybody.
"""
