"""The index of one tenant, in this process's memory: names, their beginnings, what is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
import tantivy
from tantivy import Document, Occur, Query

from streamverse.domains.search.contracts import Filters
from streamverse.domains.search.rules.edits import (
    SHORTEST_BEGINNING_WITH_A_SLIP,
    slips_allowed,
)
from streamverse.domains.search.rules.entries import Entry, decade_of
from streamverse.domains.search.rules.text import joined_forms

HEAP_BYTES = 30_000_000
BEGINNING_LIMIT = 12
# How the index itself weighs: only to choose what the ranking then looks at.
NAME_BOOST, BEGINNING_BOOST, SLIP_SCORE, SAID_BOOST = 3.0, 1.0, 5.0, 0.5
_WORDS = "words"
_decode = msgspec.msgpack.Decoder(Entry).decode
_encode = msgspec.msgpack.Encoder().encode


class TitleIndex:
    """Finds the entries that may answer; how well each does, the ranking says."""

    def __init__(self) -> None:
        self._schema = _make_schema()
        self._index = tantivy.Index(self._schema)
        splitter = tantivy.Tokenizer.whitespace()
        self._index.register_tokenizer(_WORDS, tantivy.TextAnalyzerBuilder(splitter).build())

    @property
    def count(self) -> int:
        """How many entries there are."""
        return self._index.searcher().num_docs

    def change(self, entries: Iterable[Entry], removed: Iterable[UUID]) -> None:
        """Put entries in, in place of what they were before, and take others out."""
        with self._index.writer(HEAP_BYTES, 1) as writer:
            for entry_id in removed:
                writer.delete_documents_by_term("id", entry_id.hex)
            for entry in entries:
                writer.delete_documents_by_term("id", entry.id.hex)
                writer.add_document(_document(entry))
        self._index.reload()

    def find(
        self,
        query: Sequence[str],
        *,
        wanted: int,
        limit: int,
        offset: int = 0,
        slips: int = 1,
        filters: Filters | None = None,
        is_typing: bool = False,
    ) -> Sequence[Entry]:
        """Find entries that answer at least so many of the words, each with so many slips."""
        searcher = self._index.searcher()
        narrowed = self._narrow(filters) if filters else []
        words = [
            self._word(word, slips, is_typing=is_typing and number == len(query))
            for number, word in enumerate(query, 1)
        ]
        asked = self._ask(query, words, wanted, narrowed)
        hits = searcher.search(
            asked, limit, count=False, offset=offset, weight_by_field="standing"
        ).hits
        return [_decode(searcher.doc(place)["entry"][0]) for _, place in hits]

    def get(self, ids: Iterable[UUID]) -> Sequence[Entry]:
        """Get the entries of some numbers, as far as they are there."""
        searcher, found = self._index.searcher(), list[Entry]()
        for entry_id in ids:
            asked = Query.term_query(self._schema, "id", entry_id.hex)
            for _, place in searcher.search(asked, 1, count=False).hits:
                found.append(_decode(searcher.doc(place)["entry"][0]))
        return found

    def _ask(
        self,
        query: Sequence[str],
        words: Sequence[Query],
        wanted: int,
        narrowed: Sequence[Query],
    ) -> Query:
        if len(query) > 1:
            joined = "".join(query)
            whole = Query.boost_query(self._term("name", joined), NAME_BOOST)
            any_of_them = [(Occur.Should, word) for word in words]
            all_of_them = Query.boolean_query(any_of_them, minimum_number_should_match=wanted)
            asked = Query.boolean_query([(Occur.Should, all_of_them), (Occur.Should, whole)])
        else:
            asked = words[0]
        if not narrowed:
            return asked
        return Query.boolean_query([(Occur.Must, one) for one in (asked, *narrowed)])

    def _word(self, word: str, slips: int, *, is_typing: bool) -> Query:
        ways = [
            Query.boost_query(self._term("name", word), NAME_BOOST),
            self._term("joined", word),
            Query.boost_query(self._term("said", word), SAID_BOOST),
            Query.boost_query(self._term("beginning", word[:BEGINNING_LIMIT]), BEGINNING_BOOST),
        ]
        if may := min(slips, slips_allowed(word)):
            almost = Query.fuzzy_term_query(self._schema, "name", word, may)
            ways.append(Query.boost_query(almost, SLIP_SCORE))
        if is_typing and len(word) >= SHORTEST_BEGINNING_WITH_A_SLIP:
            almost = Query.fuzzy_term_query(self._schema, "beginning", word[:BEGINNING_LIMIT], 1)
            ways.append(Query.boost_query(almost, SLIP_SCORE / 2))
        return Query.disjunction_max_query(ways)

    def _narrow(self, filters: Filters) -> list[Query]:
        chosen: list[tuple[str, Sequence[str]]] = [
            ("kind", [kind.value for kind in filters.kinds]),
            ("genre", list(filters.genres)),
            ("decade", [str(decade) for decade in filters.decades]),
            ("language", list(filters.languages)),
        ]
        return [
            Query.const_score_query(Query.term_set_query(self._schema, field, values), 0.0)
            for field, values in chosen
            if values
        ]

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self._schema, field, word, index_option="freq")


def _make_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("entry", stored=True)
    builder.add_float_field("standing", fast=True)
    for field in ("name", "beginning", "joined", "said"):
        builder.add_text_field(field, tokenizer_name=_WORDS, index_option="freq")
    for field in ("kind", "genre", "decade", "language"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _document(entry: Entry) -> Document:
    document = Document()
    document.add_text("id", entry.id.hex)
    document.add_bytes("entry", _encode(entry))
    words = [word for name in entry.words for word in name]
    document.add_text("name", " ".join(words))
    document.add_text("beginning", " ".join(_beginnings(words)))
    document.add_text(
        "joined", " ".join(form for name in entry.words for form in joined_forms(name))
    )
    document.add_text("said", " ".join(entry.about))
    # Short names first, and among them what has to do with much.
    shortest = min((len(name) for name in entry.words if name), default=1)
    document.add_float("standing", min(entry.weight, 30) / 10 + 4 / (1 + shortest))
    document.add_text("kind", entry.kind.value)
    for genre in entry.genres:
        document.add_text("genre", genre)
    if (decade := decade_of(entry.year)) is not None:
        document.add_text("decade", str(decade))
    if entry.language is not None:
        document.add_text("language", entry.language)
    return document


def _beginnings(words: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(
        word[:length] for word in words for length in range(1, min(len(word), BEGINNING_LIMIT) + 1)
    )
