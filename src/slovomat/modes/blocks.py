"""The two Jinja blocks of a mode file, checked and compiled in a sandbox that holds nothing but values."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from slovomat.modes.fault import BrokenMode
from slovomat.modes.variables import SYSTEM_VARIABLES, USER_VARIABLES

BLOCK_NAMES = ("system", "user")
_ALLOWED = {"system": SYSTEM_VARIABLES, "user": USER_VARIABLES}
_REACHES_OUT = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)

# autoescape stays off: a prompt is plain text, not a page.
_sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
# A prompt is made of values alone: no functions, no chance, no second way to an attribute.
_sandbox.globals.clear()
for _filter in ("attr", "random"):
    del _sandbox.filters[_filter]


def compile_blocks(path: Path, body: str, parameters: frozenset[str]) -> dict[str, Template]:
    """The blocks `system` and `user` as templates; any fault is raised with its line."""
    try:
        tree = _sandbox.parse(body)
        found = {block.name: block for block in _only_blocks(path, tree)}
        for name in BLOCK_NAMES:
            if name not in found:
                what = f"the block `{name}` is missing: {{% block {name} %}} … {{% endblock %}}"
                raise BrokenMode(path, body.rstrip().count("\n") + 1, what)
            _check_block(path, found[name], _ALLOWED[name] | parameters)
        unused = parameters - {name.name for name in tree.find_all(nodes.Name)}
        if unused:
            what = f"the parameter `{min(unused)}` is used in neither block"
            raise BrokenMode(path, found["system"].lineno, what)
        return {name: _compile(found[name], str(path)) for name in BLOCK_NAMES}
    except TemplateSyntaxError as error:
        raise BrokenMode(path, error.lineno, f"not a template: {error.message}") from error


def line_of_failure(error: BaseException, path: Path) -> int:
    """The line of the mode file in which rendering failed (Jinja puts its lines into the traceback), or 0."""
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _compile(block: nodes.Block, filename: str) -> Template:
    tree = nodes.Template(block.body, lineno=block.lineno)
    tree.set_environment(_sandbox)
    code = _sandbox.compile(tree, filename=filename)
    return Template.from_code(_sandbox, code, _sandbox.make_globals(None))


def _only_blocks(path: Path, tree: nodes.Template) -> Iterator[nodes.Block]:
    """A prompt's words outside its blocks would be lost without a sound, so they are refused."""
    for node in tree.body:
        if isinstance(node, nodes.Block) and node.name in BLOCK_NAMES:
            yield node
            continue
        blank = _leading_blank(node)
        if blank is not None:
            line = node.lineno + blank.count("\n")
            raise BrokenMode(path, line, "only the blocks `system` and `user` may stand here")


def _leading_blank(node: nodes.Node) -> str | None:
    """The blanks before the first word of the node, or None when it holds nothing else."""
    if not isinstance(node, nodes.Output) or not isinstance(node.nodes[0], nodes.TemplateData):
        return ""
    first = node.nodes[0]
    words = first.data.lstrip()
    if not words and len(node.nodes) == 1:
        return None
    return first.data.removesuffix(words)


def _check_block(path: Path, block: nodes.Block, allowed: frozenset[str]) -> None:
    inner = nodes.Template(block.body, lineno=block.lineno)
    inner.set_environment(_sandbox)
    unknown = meta.find_undeclared_variables(inner) - allowed
    for name in inner.find_all(nodes.Name):
        if name.name in unknown:
            there_are = ", ".join(sorted(allowed))
            what = f"`{name.name}` is not defined in the block `{block.name}`; there are: {there_are}"
            raise BrokenMode(path, name.lineno, what)
    for node in inner.find_all(_REACHES_OUT):
        raise BrokenMode(path, node.lineno, "a mode stands alone: no include, import or extends")
    for access in inner.find_all((nodes.Getattr, nodes.Getitem)):
        if _hidden(access):
            raise BrokenMode(path, access.lineno, "names that begin with `_` are out of reach")


def _hidden(access: nodes.Expr) -> bool:
    if isinstance(access, nodes.Getattr):
        return access.attr.startswith("_")
    key = access.arg if isinstance(access, nodes.Getitem) else None
    return isinstance(key, nodes.Const) and isinstance(key.value, str) and key.value.startswith("_")
