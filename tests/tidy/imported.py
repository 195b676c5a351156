"""What a name in a module stands for, whatever it was imported as."""

import ast


class Imported:
    """The imports of one module."""

    def __init__(self, tree: ast.Module) -> None:
        self._meant: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    top = one.name.partition(".")[0]
                    self._meant[one.asname or top] = one.name if one.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    self._meant[one.asname or one.name] = f"{node.module}.{one.name}"

    def path(self, node: ast.expr) -> str:
        """The full name of what `node` refers to: `t.time` after `import time as t` is `time.time`."""
        if isinstance(node, ast.Attribute):
            return f"{self.path(node.value)}.{node.attr}"
        if isinstance(node, ast.Name):
            return self._meant.get(node.id, node.id)
        return ast.unparse(node)

    def modules(self) -> set[str]:
        """The modules that it takes something from, by their first part."""
        return {path.partition(".")[0] for path in self._meant.values()}
