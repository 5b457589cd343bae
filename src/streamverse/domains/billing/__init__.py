"""Billing: the plans of a service, who has which of them, and what each allows.

Owns **plans** (how many streams at once, how many devices, how tall a picture, in which countries)
and **subscriptions**: which account has which plan, from when and until when.

Invariants: an account has one plan at a time: the one that it was given, or else the default one,
or else none, and then the operator's settings alone limit it; one plan at most is the default, and
it is not archived; a plan is never deleted, so that whoever has an archived one keeps it.
"""
