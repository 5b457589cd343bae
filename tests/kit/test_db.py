"""The session keeps the tenants apart, and moments in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from sqlalchemy import (
    Executable,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import aliased, joinedload, selectinload

from streamverse.kit.db import ALL_TENANTS, Database, ForeignTenant, ReadOnlyWork
from tests.kit.library import ADA, BOB, Book, Shelf, list_everything

Other = aliased(Shelf)
LATER = datetime(2030, 6, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
FURNISHED = [
    (1, ADA, "Ada's"),
    (2, BOB, "Bob's"),
    (1, ADA, 1),
    (2, BOB, 2),
    (3, BOB, 1),
]


# --- reading: every shape of query sees one tenant ------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (select(Shelf.id), [(1,)]),
        (select(Other.id), [(1,)]),
        (select(Shelf.id, Other.id).join(Other, and_(Other.id > 0)), [(1, 1)]),
        (select(Shelf.id, Book.id).join(Shelf.books), [(1, 1)]),
        (select(Shelf.id, Book.id).outerjoin(Book), [(1, 1)]),
        (select(func.count()).select_from(Book), [(1,)]),
        (select(func.count()).select_from(select(Book.id).subquery()), [(1,)]),
        (select(select(Book.id).cte().c.id), [(1,)]),
        (select(Shelf.id, select(func.max(Book.id)).scalar_subquery()), [(1, 1)]),
        (select(literal(1)).where(exists(select(Book).where(Book.id == 2))), []),
        (select(Book.id).where(Book.shelf_id.in_(select(Shelf.id))), [(1,)]),
        (union(select(Shelf.id), select(Book.id)), [(1,)]),
        (select(Shelf.id).where(Shelf.tenant_id == BOB), []),
    ],
    ids=str,
)
async def test_a_query_sees_one_tenant(
    furnished: Database, query: Executable, expected: list[tuple[int, ...]]
) -> None:
    async with furnished.session(ADA) as session:
        found = await session.execute(query)

        assert [tuple(row) for row in found] == expected


async def test_the_filter_is_not_remembered_from_another_tenant(furnished: Database) -> None:
    found: list[int] = []
    for tenant_id in (ADA, BOB, ADA):
        async with furnished.session(tenant_id) as session:
            found += await session.scalars(select(Shelf.id))

    assert found == [1, 2, 1]


async def test_get_does_not_find_a_foreign_row(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        own = await session.get(Shelf, 1)

        assert own is not None
        assert own.name == "Ada's"
        assert await session.get(Shelf, 2) is None
        assert await session.get(Shelf, 2, with_for_update=True) is None
        assert await session.get(Shelf, 2, populate_existing=True) is None


@pytest.mark.parametrize("option", [selectinload(Shelf.books), joinedload(Shelf.books)])
async def test_relationships_are_loaded_without_foreign_rows(
    furnished: Database, option: Any
) -> None:
    async with furnished.session(ADA) as session:
        shelf = (await session.scalars(select(Shelf).options(option))).unique().one()

        assert [book.id for book in shelf.books] == [1]


async def test_a_relationship_that_is_loaded_late_has_no_foreign_rows(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        shelf = await session.get_one(Shelf, 1)

        books = await session.run_sync(lambda _: shelf.books)

        assert [book.id for book in books] == [1]
        await session.refresh(shelf, ["books"])
        assert [book.id for book in shelf.books] == [1]


async def test_a_reference_to_a_foreign_row_leads_nowhere(furnished: Database) -> None:
    async with furnished.session(BOB) as session:
        book = await session.get_one(Book, 3)

        assert book.shelf_id == 1
        assert await session.run_sync(lambda _: book.shelf) is None


async def test_all_tenants_sees_everything(furnished: Database) -> None:
    assert await list_everything(furnished) == FURNISHED


# --- writing: rows are stamped, foreign ones untouched --------------------------------------------


async def test_a_new_row_is_stamped(library: Database) -> None:
    async with library.session(ADA) as session:
        session.add(Shelf(id=7, name="new", books=[Book(id=8)]))
        await session.commit()

    assert await list_everything(library) == [(7, ADA, "new"), (8, ADA, 7)]


async def test_rows_inserted_in_bulk_are_stamped(library: Database) -> None:
    async with library.session(ADA) as session:
        await session.execute(insert(Shelf), [{"id": 7, "name": "a"}, {"id": 8, "name": "b"}])
        await session.execute(insert(Book), {"id": 9, "shelf_id": 7})
        await session.commit()

    assert await list_everything(library) == [(7, ADA, "a"), (8, ADA, "b"), (9, ADA, 7)]


async def test_all_tenants_must_name_the_tenant(library: Database) -> None:
    async with library.session(ALL_TENANTS) as session:
        session.add(Shelf(id=7, name="nobody's"))
        with pytest.raises(IntegrityError):
            await session.commit()

    assert await list_everything(library) == []


async def test_an_update_leaves_foreign_rows_alone(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        renamed = await session.scalars(update(Shelf).values(name="mine").returning(Shelf.id))
        assert renamed.all() == [1]
        await session.commit()

    assert (await list_everything(furnished))[:2] == [(1, ADA, "mine"), (2, BOB, "Bob's")]


async def test_a_delete_leaves_foreign_rows_alone(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        await session.execute(delete(Book))
        await session.commit()

    assert (await list_everything(furnished))[2:] == [(2, BOB, 2), (3, BOB, 1)]


async def test_an_upsert_changes_own_rows_only(furnished: Database) -> None:
    dialect_insert = sqlite_insert if furnished.is_sqlite else postgresql_insert

    async def rename(tenant_id: Any, shelf_id: int, **only_if: str) -> None:
        statement = dialect_insert(Shelf)
        is_chosen = Shelf.name == only_if["name"] if only_if else None
        statement = statement.on_conflict_do_update(
            index_elements=["id"], set_={"name": f"renamed {shelf_id}"}, where=is_chosen
        )
        async with furnished.session(tenant_id) as session:
            await session.execute(statement, [{"id": shelf_id, "name": "unused"}])
            await session.commit()

    await rename(BOB, 2)
    await rename(ADA, 1, name="another")
    assert (await list_everything(furnished))[:2] == [(1, ADA, "Ada's"), (2, BOB, "renamed 2")]
    await rename(ADA, 1, name="Ada's")
    assert (await list_everything(furnished))[0] == (1, ADA, "renamed 1")


async def test_an_upsert_does_not_take_a_foreign_row(furnished: Database) -> None:
    dialect_insert = sqlite_insert if furnished.is_sqlite else postgresql_insert
    statement = dialect_insert(Shelf).on_conflict_do_update(
        index_elements=["id"], set_={"name": "stolen"}
    )
    async with furnished.session(ADA) as session:
        # PostgreSQL's row security refuses even to look at the row in the way.
        try:
            await session.execute(statement, [{"id": 2, "name": "unused"}])
        except StatementError as refused:
            assert not furnished.is_sqlite
            assert "row-level security" in str(refused)  # noqa: PT017
        else:
            await session.commit()

    assert await list_everything(furnished) == FURNISHED


async def test_an_upsert_that_does_nothing_is_stamped(furnished: Database) -> None:
    dialect_insert = sqlite_insert if furnished.is_sqlite else postgresql_insert
    rows = [{"id": 2, "name": "in the way"}, {"id": 7, "name": "new"}]
    async with furnished.session(ADA) as session:
        await session.execute(dialect_insert(Shelf).on_conflict_do_nothing(), rows)
        await session.commit()

    assert (await list_everything(furnished))[:3] == [*FURNISHED[:2], (7, ADA, "new")]


SHELVES = cast("Table", Shelf.__table__)


@pytest.mark.parametrize(
    ("statement", "parameters", "reason"),
    [
        (
            insert(Shelf),
            [{"id": 7, "name": "x", "tenant_id": BOB}],
            f"A Shelf of tenant {BOB} in the session of tenant {ADA}.",
        ),
        (
            insert(Shelf).values(id=7, name="x"),
            None,
            "Insert Shelf rows by parameters, so that they are stamped.",
        ),
        (
            insert(Book).from_select(["id", "shelf_id"], select(Shelf.id, Shelf.id)),
            None,
            "Insert Book rows by parameters, so that they are stamped.",
        ),
        (
            update(Shelf),
            [{"id": 2, "name": "stolen"}],
            "Updates by primary key skip the tenant filter: say where instead.",
        ),
        (
            update(Shelf).values(tenant_id=BOB),
            None,
            "An update may not give rows to another tenant.",
        ),
        (
            update(Shelf).values({Shelf.tenant_id: BOB}),
            None,
            "An update may not give rows to another tenant.",
        ),
        *(
            (core, None, "Ask for the class of test_shelf, so that the tenant is filtered.")
            for core in (
                select(SHELVES),
                select(literal(1)).where(exists(select(SHELVES.c.id))),
                insert(SHELVES).values(id=7, name="x", tenant_id=BOB),
                update(SHELVES).values(name="stolen"),
                delete(SHELVES),
            )
        ),
    ],
    ids=str,
)
async def test_what_would_slip_past_the_filter_is_refused(
    furnished: Database, statement: Executable, parameters: Any, reason: str
) -> None:
    async with furnished.session(ADA) as session:
        with pytest.raises(ForeignTenant) as refusal:
            await session.execute(statement, parameters)
        assert str(refusal.value) == reason
        await session.commit()

    assert await list_everything(furnished) == FURNISHED


async def test_rows_without_a_tenant_and_plain_queries_go_through(library: Database) -> None:
    async with library.session(ADA) as session:
        assert await session.scalar(select(func.coalesce(None, 7))) == 7
        assert await session.scalar(text("SELECT 8")) == 8


async def test_a_foreign_row_is_not_added(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        session.add(Shelf(id=7, name="x", tenant_id=BOB))
        with pytest.raises(ForeignTenant):
            await session.commit()

    assert await list_everything(furnished) == FURNISHED


async def test_an_own_row_is_not_given_away(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        (await session.get_one(Shelf, 1)).tenant_id = BOB
        with pytest.raises(ForeignTenant):
            await session.commit()

    assert await list_everything(furnished) == FURNISHED


async def test_a_row_of_another_session_is_not_deleted(furnished: Database) -> None:
    async with furnished.session(BOB) as session:
        foreign = await session.get_one(Book, 2)
    async with furnished.session(ADA) as session:
        await session.delete(foreign)
        with pytest.raises(ForeignTenant):
            await session.commit()

    assert await list_everything(furnished) == FURNISHED


async def test_merging_a_foreign_row_does_not_overwrite_it(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        await session.merge(Shelf(id=2, name="stolen"))
        with pytest.raises(IntegrityError):
            await session.commit()

    assert await list_everything(furnished) == FURNISHED


# --- reading only ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        insert(Shelf),
        update(Shelf).values(name="x"),
        delete(Shelf),
        delete(SHELVES),
    ],
    ids=str,
)
async def test_a_reading_session_refuses_to_write(
    furnished: Database, statement: Executable
) -> None:
    parameters = [{"id": 7, "name": "x", "tenant_id": ADA}] if statement.is_insert else None
    for tenant_id in (ADA, ALL_TENANTS):
        async with furnished.session(tenant_id, is_read_only=True) as session:
            with pytest.raises(ReadOnlyWork) as refusal:
                await session.execute(statement, parameters)
            await session.commit()
    assert str(refusal.value) == "A read-only Work was about to write: open it for writing."

    assert await list_everything(furnished) == FURNISHED


async def test_a_reading_session_refuses_new_changed_and_deleted_rows(furnished: Database) -> None:
    async with furnished.session(ADA, is_read_only=True) as session:
        session.add(Shelf(id=7, name="x"))
        with pytest.raises(ReadOnlyWork):
            await session.flush()
    async with furnished.session(ADA, is_read_only=True) as session:
        (await session.get_one(Shelf, 1)).name = "x"
        with pytest.raises(ReadOnlyWork):
            await session.commit()
    async with furnished.session(ADA, is_read_only=True) as session:
        await session.delete(await session.get_one(Book, 1))
        with pytest.raises(ReadOnlyWork):
            await session.commit()

    assert await list_everything(furnished) == FURNISHED


async def test_a_reading_session_refuses_to_write_behind_our_back(furnished: Database) -> None:
    async with furnished.session(ADA, is_read_only=True) as session:
        with pytest.raises(StatementError, match=r"(?i)read-?only"):
            await session.execute(text("DELETE FROM test_book"))

    assert await list_everything(furnished) == FURNISHED


# --- moments --------------------------------------------------------------------------------------


async def test_a_moment_comes_back_in_utc(library: Database) -> None:
    async with library.session(ADA) as session:
        session.add_all(
            [
                Shelf(id=1, name="dated", built_at=LATER),
                Shelf(id=2, name="undated"),
            ]
        )
        await session.commit()
    async with library.session(ADA) as session:
        dated, undated = await session.scalars(select(Shelf.built_at).order_by(Shelf.id))

    assert dated is not None
    assert dated == LATER
    assert dated.tzinfo is UTC or dated.utcoffset() == timedelta(0)
    assert undated is None


async def test_moments_compare_across_time_zones(library: Database) -> None:
    async with library.session(ADA) as session:
        session.add(Shelf(id=1, name="dated", built_at=LATER))
        await session.commit()
        in_utc = datetime(2030, 6, 1, 12, 30, tzinfo=UTC)

        assert await session.scalar(select(Shelf.id).where(Shelf.built_at == in_utc)) == 1
        assert await session.scalar(select(Shelf.id).where(Shelf.built_at < in_utc)) is None


async def test_a_naive_moment_is_refused(library: Database) -> None:
    async with library.session(ADA) as session:
        session.add(Shelf(id=1, name="x", built_at=datetime(2030, 1, 1)))  # noqa: DTZ001
        with pytest.raises(StatementError, match="A naive datetime was given to the database"):
            await session.commit()

    assert await list_everything(library) == []
