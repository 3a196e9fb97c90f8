"""A contract of the import linter: each part of a package uses only the parts that its row names."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RowsContract(Contract):
    """`rows` holds a line for each child of `container`: its name, a colon, and the children that it may import.

    Imports under TYPE_CHECKING count too. A child without a row breaks the contract; a row without a child does not,
    since a part may be planned.
    """

    type_name = "rows"
    container = fields.StringField()
    rows = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        allowed = {}
        for row in self.rows:
            part, _, others = row.partition(":")
            allowed[part.strip()] = {other.strip() for other in others.split(",")}
        children = sorted(graph.find_children(self.container))
        problems = [f"{child} has no row." for child in children if _last(child) not in allowed]
        for child in children:
            problems += self._forbidden(graph, child, allowed.get(_last(child), set()))
        return ContractCheck(kept=not problems, metadata={"problems": problems})

    def _forbidden(self, graph: ImportGraph, child: str, allowed: set[str]) -> list[str]:
        found = []
        for module in sorted({child, *graph.find_descendants(child)}):
            for imported in sorted(graph.find_modules_directly_imported_by(module)):
                part = imported.removeprefix(f"{self.container}.").partition(".")[0]
                if imported.startswith(f"{self.container}.") and part not in {_last(child), *allowed}:
                    found.append(f"{module} -> {imported}")
        return found

    def render_broken_contract(self, check: ContractCheck) -> None:
        for problem in check.metadata["problems"]:
            output.print_error(problem)


def _last(module: str) -> str:
    return module.rpartition(".")[2]
