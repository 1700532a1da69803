"""Import late: what only the functions of a module use is imported when the first of them asks.

`from a import B` at the top of a module runs all of `a` while the phone starts, also where nobody
needs B before a call. Where B is used in bodies of functions alone, the build writes
`_late_1 = late("a")` in its place and `_late_1.B` for each B. boot/shelf.py runs the module when it
is first asked for a name (much as PEP 810 will), or when the phone is up and nobody waits.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def late(sources: Mapping[str, str], package: str) -> tuple[dict[str, ast.Module], list[str]]:
    """The modules of this package, parsed, with late imports, by their paths in the archive.

    And by name, in their order, those that its `__main__` would have imported at once.
    """
    modules = {
        module_of(path): Module(path, ast.parse(text))
        for path, text in sources.items()
        if path.endswith(".py") and path.startswith(f"{package}/")
    }
    for name, module in modules.items():
        module.look(name, modules)
    rest = imported_by(f"{package}.__main__", modules)
    asked = {
        where
        for module in modules.values()
        for node in ast.walk(module.tree)
        if is_import(node, modules)
        for alias in node.names
        for where in ((node.module, alias.name), f"{node.module}.{alias.name}")
    }
    for name, module in modules.items():
        # Who imports a module as a whole may ask it for anything.
        all_of_it = name in asked
        module.write(modules, {each for each in module.waits if all_of_it or (name, each) in asked})
    return {module.path: module.tree for module in modules.values()}, rest


def imported_by(name: str, modules: Mapping[str, "Module"]) -> list[str]:
    """This module and all that are imported with it as it is written, the first ones first."""
    begun, order = {name}, []

    def follow(name: str) -> None:
        for source, inner in modules[name].imports.values():
            for each in (source, f"{source}.{inner}"):
                if each in modules and each not in begun:
                    begun.add(each)
                    follow(each)
        order.append(name)

    follow(name)
    return order


def module_of(path: str) -> str:
    """The dotted name of a file of the archive."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@dataclass
class Module:
    """One module: what it imports from the package by name, and which of it can wait."""

    path: str
    tree: ast.Module
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)  # {name here: (module, name)}
    waits: set[str] = field(default_factory=set)

    def look(self, name: str, modules: Mapping[str, "Module"]) -> None:
        for node in self.tree.body:
            if is_import(node, modules):
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = (node.module, alias.name)
        used = {node.id for node in at_import(self.tree) if isinstance(node, ast.Name)}
        # A package that hands on what one of its modules is called after must do so first.
        alike = {each for each in self.imports if f"{name}.{each}" in modules}
        self.waits = set(self.imports) - used - bound_in_functions(self.tree) - alike

    def write(self, modules: Mapping[str, "Module"], asked: set[str]) -> None:
        """`asked`: what other modules may ask of this one that waits."""
        waits = {name: origin(modules, *self.imports[name]) for name in sorted(self.waits)}
        handed = {name: waits[name] for name in sorted(asked)}
        writer = Writer(modules, waits)
        body = [each for node in self.tree.body for each in writer.statements(node)]
        made = [f"{alias} = late({source!r})" for source, alias in writer.aliases.items()]
        if handed:
            made.append(f"__getattr__ = hand_on(globals(), {handed!r})")
        if made or writer.inner:
            made.insert(0, "from sitecustomize import hand_on, late")
        first = sum(is_first(node, index) for index, node in enumerate(body))
        body[first:first] = ast.parse("\n".join(made)).body
        self.tree.body = body
        ast.fix_missing_locations(self.tree)


def origin(modules: Mapping[str, Module], source: str, name: str) -> tuple[str, str]:
    """Where a name comes from, past all modules that only hand it on; "" is a module's own name."""
    there = modules[source]
    if name in there.waits:
        return origin(modules, *there.imports[name])
    if name not in there.imports and f"{source}.{name}" in modules:
        return f"{source}.{name}", ""
    return source, name


class Writer(ast.NodeTransformer):
    """Writes a module without imports of the package: a name is asked for where it is used."""

    def __init__(self, modules: Mapping[str, Module], waits: Mapping[str, tuple[str, str]]) -> None:
        self.aliases: dict[str, str] = {}  # {module: our name for it}
        self.inner = False  # whether a function imports for itself
        self._modules = modules
        self._waits = waits

    def statements(self, node: ast.stmt) -> list[ast.stmt]:
        """What stands in the place of this statement of the module."""
        if not is_import(node, self._modules):
            return [self.visit(node)]
        now = [each for each in node.names if (each.asname or each.name) not in self._waits]
        return self._taken(node, now, self._place)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | list[ast.stmt]:
        """In a function: imported when it comes to this."""
        if not is_import(node, self._modules):
            return node
        self.inner = True
        return self._taken(node, node.names, lambda source: f"late({source!r})")

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self._waits:
            return node
        source, name = self._waits[node.id]
        return ast.parse(".".join(filter(None, (self._place(source), name))), mode="eval").body

    def _place(self, source: str) -> str:
        return self.aliases.setdefault(source, f"_late_{len(self.aliases)}")

    def _taken(
        self, node: ast.ImportFrom, names: list[ast.alias], place: Callable[[str], str]
    ) -> list[ast.stmt]:
        taken: list[ast.stmt] = []
        for alias in names:
            source, name = origin(self._modules, str(node.module), alias.name)
            value = ".".join(filter(None, (place(source), name)))
            taken += ast.parse(f"{alias.asname or alias.name} = {value}").body
        return [ast.copy_location(each, node) for each in taken]


def is_import(node: ast.AST, modules: Mapping[str, Module]) -> TypeGuard[ast.ImportFrom]:
    """Whether this is a `from … import …` of the package."""
    return isinstance(node, ast.ImportFrom) and not node.level and node.module in modules


def is_first(node: ast.stmt, index: int) -> bool:
    """Whether a statement must stay before all others."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """All that is evaluated while the module is imported: no body of a function, no annotation."""
    yield node
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            parts: list[ast.AST | None] = [*node.decorator_list, *defaults(node.args)]
        case ast.Lambda():
            parts = defaults(node.args)
        case ast.AnnAssign():
            parts = [node.target, node.value]
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            parts = [*node.orelse]
        case _:
            parts = [*ast.iter_child_nodes(node)]
    for part in parts:
        if part is not None:
            yield from at_import(part)


def defaults(arguments: ast.arguments) -> list[ast.AST | None]:
    return [*arguments.defaults, *arguments.kw_defaults]


def bound_in_functions(tree: ast.AST) -> set[str]:
    """Names that somewhere mean something of a function's own; these are left as they are."""
    names: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, FUNCTION):
            continue
        for node in ast.walk(function):
            match node:
                case ast.arg(arg=name):
                    names.add(name)
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                    names.add(name)
                case ast.alias():
                    names.add(node.asname or node.name.partition(".")[0])
                case ast.Global(names=several) | ast.Nonlocal(names=several):
                    names.update(several)
                case ast.ExceptHandler(name=str(name)) | ast.MatchMapping(rest=str(name)):
                    names.add(name)
                case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                    names.add(name)
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    if node is not function:
                        names.add(node.name)
                case _:
                    pass
    return names
