"""Our own type of import contract: neighbours meet only where they hold a door open."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class BorderContract(Contract):
    """Let the children of a package import one another only through some of their modules.

    Options: `container` is the package whose children are neighbours, `doors` are the names of
    the modules that neighbours may import.
    """

    type_name = "border"

    if TYPE_CHECKING:
        container: str
        doors: set[str]
    else:
        container = fields.StringField()
        doors = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 (the base class's signature)
        """Find the imports that enter a neighbour beside its doors."""
        crossings = sorted(self._crossings(graph))
        return ContractCheck(kept=not crossings, metadata={"crossings": crossings})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that broke in, and the doors that it should have taken."""
        for importer, imported in check.metadata["crossings"]:
            neighbour = f"{self.container}.{self._path_inside(imported)[0]}"
            doors = " or ".join(f"{neighbour}.{door}" for door in sorted(self.doors))
            output.print_error(f"- {importer} imports {imported}", bold=False)
            output.print(f"  Import only {doors}; what they lack, add there.")

    def _crossings(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for importer in graph.find_descendants(self.container):
            for imported in graph.find_modules_directly_imported_by(importer):
                if self._breaks_in(importer, imported):
                    yield importer, imported

    def _breaks_in(self, importer: str, imported: str) -> bool:
        match self._path_inside(imported):
            case []:
                return False
            case [neighbour, *inside] if neighbour != self._path_inside(importer)[0]:
                return not inside or inside[0] not in self.doors
            case _:
                return False

    def _path_inside(self, module: str) -> list[str]:
        inside = module.removeprefix(f"{self.container}.")
        return [] if inside == module else inside.split(".")
