"""Search: what people look for, and what they find.

Owns **documents**: the words by which what is in the catalog is found, copied from there; the
**index** that every process builds of them in its memory; the **history** of each profile; and how
often what was searched.

Invariants: an index holds one tenant's documents and no other's; a document's version is higher
than that of all documents written before it, so that an index follows by asking for higher ones;
what the catalog does not show somebody is in no answer to them: not in a list, not in a count, not
in a word that is proposed.
"""
