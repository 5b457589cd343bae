"""A domain small enough for the tests of the kit: shelves of books, and what is told about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, ForeignKey, delete, inspect, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from streamverse.kit.db import ALL_TENANTS, Base, Database, TenantOwned
from streamverse.kit.events import Event
from streamverse.kit.jobs import Job
from streamverse.kit.row_security import enable_row_security

ADA = UUID("0190a000-0000-7000-8000-00000000000a")
BOB = UUID("0190b000-0000-7000-8000-00000000000b")


class Tables(DeclarativeBase):
    """The tables of the tests stay out of the program's own."""

    type_annotation_map = Base.type_annotation_map


class Shelf(TenantOwned, Tables):
    __tablename__ = "test_shelf"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    built_at: Mapped[datetime | None]
    books: Mapped[list[Book]] = relationship(back_populates="shelf", order_by="Book.id")


class Book(TenantOwned, Tables):
    __tablename__ = "test_book"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Checked at the commit, so that a test can make a commit fail.
    shelf_id: Mapped[int] = mapped_column(
        ForeignKey(Shelf.id, deferrable=True, initially="DEFERRED")
    )
    shelf: Mapped[Shelf] = relationship(back_populates="books")


@dataclass(frozen=True, slots=True)
class BookAdded(Event):
    """Somebody put a book on a shelf."""

    book_id: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class CountBooks(Job):
    """Count the books of a shelf."""

    shelf_id: int


@dataclass(frozen=True, slots=True)
class ScanShelf(Job):
    """Look at a shelf for long."""

    shelf_id: int
    lane = "scan"


async def build_library(database: Database) -> None:
    """Make the tables as a migration would, or empty those that an earlier test has left."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_build)
    async with database.session(ALL_TENANTS) as session:
        await session.execute(delete(Book))
        await session.execute(delete(Shelf))
        await session.commit()


def _build(connection: Connection) -> None:
    if not inspect(connection).has_table(Shelf.__tablename__):
        Tables.metadata.create_all(connection)
        for table in Tables.metadata.tables:
            enable_row_security(connection, table)


async def furnish(database: Database) -> None:
    """Give both tenants a shelf with a book; one of Bob's books stands on Ada's shelf."""
    async with database.session(ALL_TENANTS) as session:
        session.add_all(
            [
                Shelf(id=1, tenant_id=ADA, name="Ada's"),
                Shelf(id=2, tenant_id=BOB, name="Bob's"),
                Book(id=1, tenant_id=ADA, shelf_id=1),
                Book(id=2, tenant_id=BOB, shelf_id=2),
                Book(id=3, tenant_id=BOB, shelf_id=1),
            ]
        )
        await session.commit()


async def list_everything(database: Database) -> list[tuple[object, ...]]:
    """List all rows of all tenants."""
    async with database.session(ALL_TENANTS) as session:
        shelves = await session.execute(
            select(Shelf.id, Shelf.tenant_id, Shelf.name).order_by(Shelf.id)
        )
        books = await session.execute(
            select(Book.id, Book.tenant_id, Book.shelf_id).order_by(Book.id)
        )
        return [*map(tuple, shelves), *map(tuple, books)]
