"""Which programs sources of Python start, read from the sources alone.

Commands are followed through variables, attributes of `self`, loops, and functions of ours that take or give back a command.
What cannot be followed is found as UNREAD, so that nothing is overlooked in silence.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.calls_in_shell import SHELLS, of_script

Function = ast.FunctionDef | ast.AsyncFunctionDef
OURS = "(a program of ours)"
UNREAD = "(not to be read from the source)"
STARTERS = {
    *(f"subprocess.{name}" for name in ("run", "Popen", "call", "check_call", "check_output", "getoutput")),
    *(f"os.{name}" for name in ("execv", "execve", "execvp", "execvpe", "posix_spawn", "system", "popen")),
    "shutil.which",
    "asyncio.create_subprocess_exec",
    "asyncio.create_subprocess_shell",
}
"""What starts a program, or looks for one; its first argument is the command."""
SAME = ("str", "list", "tuple", "next", "pathlib.Path", "shutil.which", "shlex.split")
"""Functions whose result names the same program as their first argument."""
BEFORE_OTHERS = ("nice", "setpriv", "unshare", "xvfb-run", "env", "sudo")
"""Programs that start another one, whose name follows after options."""


@dataclass(frozen=True, order=True)
class Start:
    """A program (or OURS or UNREAD), where it is started, and the expression that names it."""

    program: str
    file: str
    line: int
    expression: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function: whoever calls the function says which program it is."""

    function: Function
    name: str

    def given_by(self, call: ast.Call, *, method: bool) -> ast.expr | None:
        """What a call passes in it; None if nothing."""
        for keyword in call.keywords:
            if keyword.arg == self.name:
                return keyword.value
        arguments = self.function.args
        plain = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]][method:]
        if arguments.vararg and arguments.vararg.arg == self.name:
            return ast.Tuple(call.args[len(plain) :]) if call.args[len(plain) :] else None
        place = plain.index(self.name) if self.name in plain else len(call.args)
        return call.args[place] if place < len(call.args) else None

    @property
    def default(self) -> ast.expr | None:
        arguments = self.function.args
        plain = [*arguments.posonlyargs, *arguments.args]
        pairs = list(zip(reversed(plain), reversed(arguments.defaults), strict=False))
        pairs += list(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
        return next((default for argument, default in pairs if argument.arg == self.name), None)


def _parameter(function: Function, name: str) -> Parameter | None:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *filter(None, [arguments.vararg])]
    return Parameter(function, name) if any(argument.arg == name for argument in every) else None


@dataclass(frozen=True)
class Value:
    """What a name is given: an expression of a source, or one element of it."""

    source: Source
    node: ast.expr
    is_element: bool = False


class Source:
    """One file of Python: its tree, and what stands where in it."""

    def __init__(self, path: Path, root: Path) -> None:
        self.file = str(path.relative_to(root))
        self.module = self.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.nodes = list(ast.walk(self.tree))
        self.parents = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def imports(self) -> dict[str, str]:
        """Name → what it stands for, with its module before it."""
        found = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found |= {name.asname or name.name.split(".")[0]: name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                found |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
        return found

    @cached_property
    def functions(self) -> dict[str, list[Function]]:
        """Functions by name, without methods; a class stands for its `__init__`."""
        found: dict[str, list[Function]] = defaultdict(list)
        for node in self.nodes:
            if isinstance(node, Function):
                above = self.parents[node]
                if not isinstance(above, ast.ClassDef):
                    found[node.name].append(node)
                elif node.name == "__init__":
                    found[above.name].append(node)
        return found

    @cached_property
    def given(self) -> dict[tuple[ast.AST, str], list[Value]]:
        """(function, class or module; name) → what the name is given there."""
        found: dict[tuple[ast.AST, str], list[Value]] = defaultdict(list)
        for node in self.nodes:
            for target, value, is_element in _assigned(node):
                name = ast.unparse(target)
                kind = ast.ClassDef if name.startswith("self.") else Function
                scope = next((above for above in self.around(node) if isinstance(above, kind)), self.tree)
                found[scope, name].append(Value(self, value, is_element))
        return found

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, the nearest first."""
        while (above := self.parents.get(node)) is not None:
            yield above
            node = above

    def is_method(self, function: Function) -> bool:
        return isinstance(self.parents[function], ast.ClassDef)

    def dotted(self, node: ast.AST) -> str:
        """A name with its module: `subprocess.run`, `tests.bench.stage.process`; empty if it belongs to no module."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, "")
        before = self.dotted(node.value) if isinstance(node, ast.Attribute) else ""
        return f"{before}.{node.attr}" if before else ""  # type: ignore[attr-defined]


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """What a node gives a value: target, value, and whether the target is one element of the value."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            pairs = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            parts = zip(target.elts, node.value.elts, strict=False) if pairs else [(target, node.value)]
            yield from ((part, value, False) for part, value in parts)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield node.target, node.value, False
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        first = node.target.elts[0] if isinstance(node.target, ast.Tuple) else node.target  # of pairs, as in a table
        yield first, node.iter, True


Found = set[str | Parameter]


class Reader:
    """Follows commands through sources. `said`: (file, expression) → programs, for what cannot be read."""

    def __init__(self, sources: list[Source], said: Mapping[tuple[str, str], Iterable[str]]) -> None:
        self.sources, self.said = sources, said
        self._modules = {source.module: source for source in sources}
        self._home = {node: source for source in sources for node in source.nodes if isinstance(node, Function)}
        self._methods: dict[str, list[Function]] = defaultdict(list)
        for function, source in self._home.items():
            if source.is_method(function) and function.name != "__init__":
                self._methods[function.name].append(function)
        self._takers: dict[Function, set[Parameter]] = defaultdict(set)  # parameters that a command is passed in
        self._open: set[ast.AST] = set()

    def starts(self) -> set[Start]:
        """Every program that is started or looked for, and where."""
        calls = [(source, node) for source in self.sources for node in source.nodes if isinstance(node, ast.Call)]
        found: set[Start] = set()
        before = -1
        while before != (before := sum(map(len, self._takers.values()))):  # each one found makes its callers readable
            found |= {start for source, call in calls for start in self._of_call(source, call)}
        return found | {start for source in self.sources for start in self._of_scripts(source)}

    def _of_call(self, source: Source, call: ast.Call) -> Iterator[Start]:
        for command, surely in self._commands(source, call):
            for name in self.names(source, command):
                if isinstance(name, Parameter):
                    self._takers[name.function] |= {name} if surely else set()
                elif name != UNREAD or surely:
                    expression = ast.unparse(command)
                    programs = self.said.get((source.file, expression), [name]) if name == UNREAD else [name]
                    yield from (Start(program, source.file, call.lineno, expression) for program in programs)

    def _commands(self, source: Source, call: ast.Call) -> Iterator[tuple[ast.expr, bool]]:
        """The arguments of a call that are commands, and whether they are that surely: a method is known by its name alone."""
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        if source.dotted(call.func) in STARTERS:
            yield keywords.get("executable") or keywords.get("args") or call.args[0], True
        if "executable_path" in keywords:
            yield keywords["executable_path"], True
        for argument, following in zip(call.args, call.args[1:], strict=False):
            if source.dotted(argument) in STARTERS:  # called later, with what follows
                yield following, True
        for function in self._meant(source, call):
            for taker in list(self._takers.get(function, ())):
                given = taker.given_by(call, method=self._home[function].is_method(function))
                if given is not None:
                    yield given, function.name == "__init__" or not self._home[function].is_method(function)

    def _of_scripts(self, source: Source) -> Iterator[Start]:
        """Of scripts in texts, and of the text after `sh -c`."""
        for node in source.nodes:
            texts: list[str] = []
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"#!.*sh\n", node.value):
                texts = [node.value]
            elif isinstance(node, ast.List | ast.Tuple):
                words = [element.value if isinstance(element, ast.Constant) else "" for element in node.elts]
                for place, word in enumerate(words[:-2]):
                    if word in SHELLS and words[place + 1] == "-c":
                        texts += self._texts(source, node.elts[place + 2])
            yield from (Start(program, source.file, node.lineno, "") for text in texts for program in of_script(text))

    def _texts(self, source: Source, node: ast.expr) -> list[str]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value]
        values = self._values(source, node) if isinstance(node, ast.Name) else []
        return [text for value in values for text in self._texts(value.source, value.node)]

    # --- expressions

    def names(self, source: Source, node: ast.expr) -> Found:
        """The programs that an expression may name, be it a command or a word."""
        if node in self._open:
            return set()
        self._open.add(node)
        try:
            return self._names(source, node)
        finally:
            self._open.discard(node)

    def _names(self, source: Source, node: ast.expr) -> Found:
        match node:
            case ast.Constant(value=str(text)):
                return set(text.split()[:1])
            case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]) if re.match(r"\S+\s|-", text):
                return set(text.split()[:1])
            case ast.List(elts=words) | ast.Tuple(elts=words):
                return self._first(source, words)
            case ast.BinOp(op=ast.Add()):
                return self._first(source, [ast.Starred(node.left), ast.Starred(node.right)])
            case ast.BinOp(op=ast.Div()):
                return self._joined(source, node)
            case ast.BoolOp(values=either):
                return {name for value in either for name in self.names(source, value)}
            case ast.IfExp():
                return self.names(source, node.body) | self.names(source, node.orelse)
            case ast.GeneratorExp(elt=inner):
                return self.names(source, inner)
            case (
                ast.Starred(value=inner)
                | ast.Subscript(value=inner, slice=ast.Constant(value=0))
                | ast.ListComp(generators=[ast.comprehension(iter=inner), *_])
            ):
                return self.names(source, inner)
            case ast.Name() | ast.Attribute():
                return self._named(source, node)
            case ast.Call():
                return self._result(source, node)
        return {UNREAD}

    def _first(self, source: Source, words: list[ast.expr]) -> Found:
        """Of the first word of a command; of the next one too if the first may be nothing or starts another program."""
        found: Found = set()
        for word in words:
            names = self.names(source, word)
            names -= {name for name in names if isinstance(name, str) and re.match(r"-|\d", name)}  # options
            found |= names
            is_last = not names.intersection(BEFORE_OTHERS) and not self._may_be_nothing(source, word)
            if names and is_last:
                break
        return found

    def _may_be_nothing(self, source: Source, node: ast.expr) -> bool:
        match node:
            case ast.Starred(value=ast.Tuple(elts=[]) | ast.List(elts=[])):
                return True
            case ast.Starred(value=ast.IfExp(body=one, orelse=other)):
                return any(self._may_be_nothing(source, ast.Starred(value)) for value in (one, other))
            case ast.Starred(value=ast.Call() as call):
                results = [(home, value) for home, value, _ in self._returned(source, call)]
            case ast.Starred(value=(ast.Name() | ast.Attribute()) as name) if name not in self._open:
                results = [(value.source, value.node) for value in self._values(source, name)]
                parameter = self._parameter(source, name)
                results += [(source, parameter.default)] if parameter and parameter.default else []
            case _:
                return False
        return any(self._may_be_nothing(home, ast.Starred(value)) for home, value in results)

    def _joined(self, source: Source, node: ast.BinOp) -> Found:
        """A path: a program of Debian only if it begins at the root, else one that we have made."""
        roots = {name for name in self.names(source, node.left) if isinstance(name, str) and name.startswith("/")}
        return {f"{root}/{name}" for root in roots for name in self.names(source, node.right)} if roots else {OURS}

    def _named(self, source: Source, node: ast.Name | ast.Attribute) -> Found:
        if source.dotted(node).endswith("sys.executable"):
            return {OURS}
        parameter = self._parameter(source, node)
        found: Found = {parameter} if parameter else set()
        found |= self.names(source, parameter.default) if parameter and parameter.default else set()
        for value in self._values(source, node):
            for element in self._elements(value.source, value.node) if value.is_element else [value]:
                found |= self.names(element.source, element.node)
        return found or {UNREAD}

    def _parameter(self, source: Source, node: ast.expr) -> Parameter | None:
        if not isinstance(node, ast.Name):
            return None
        functions = (above for above in source.around(node) if isinstance(above, Function))
        return next(filter(None, (_parameter(function, node.id) for function in functions)), None)

    def _values(self, source: Source, node: ast.expr) -> list[Value]:
        """What a name or an attribute of `self` is given anywhere in its function, class or module."""
        name = ast.unparse(node)
        for scope in source.around(node):
            if found := source.given.get((scope, name)):
                return found
        module, _, name = source.dotted(node).rpartition(".")
        there = self._modules.get(module)
        return there.given.get((there.tree, name), []) if there else []

    def _elements(self, source: Source, node: ast.expr) -> list[Value]:
        """The elements of a sequence, the keys of a table."""
        match node:
            case ast.List(elts=words) | ast.Tuple(elts=words) | ast.Set(elts=words) | ast.Dict(keys=words):
                return [Value(source, word) for word in words if word is not None]
            case (
                ast.Call(func=ast.Attribute(attr="items" | "keys", value=inner))
                | ast.Call(func=ast.Name(id="sorted" | "list" | "tuple" | "set"), args=[inner, *_])
                | ast.ListComp(elt=ast.Name(), generators=[ast.comprehension(iter=inner)])
            ):
                return self._elements(source, inner)
            case ast.Name() | ast.Attribute():
                values = self._values(source, node)
                return [element for value in values for element in self._elements(value.source, value.node)]
        return [Value(source, ast.Constant(None))]  # which is UNREAD

    # --- functions of ours

    def _meant(self, source: Source, call: ast.Call) -> list[Function]:
        """The functions of ours that a call may mean; a class means its `__init__`."""
        module, _, name = source.dotted(call.func).rpartition(".")
        if module in self._modules:
            return self._modules[module].functions.get(name, [])
        if isinstance(call.func, ast.Attribute) and not module:
            return self._methods.get(call.func.attr, [])
        return source.functions.get(call.func.id, []) if isinstance(call.func, ast.Name) and not module else []

    def _returned(self, source: Source, call: ast.Call) -> list[tuple[Source, ast.expr, Function]]:
        """What the functions that a call means give back."""
        functions = self._meant(source, call) if isinstance(call.func, ast.Name) else []
        return [
            (self._home[function], node.value, function)
            for function in functions
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and node.value is not None
        ]

    def _result(self, source: Source, call: ast.Call) -> Found:
        """The programs that the result of a call may name."""
        function = source.dotted(call.func) or ast.unparse(call.func)
        if function in SAME and call.args:
            return self.names(source, call.args[0])
        if isinstance(call.func, ast.Attribute) and call.func.attr == "split":
            return self.names(source, call.func.value)
        found: Found = set()
        for home, value, meant in self._returned(source, call):
            for name in self.names(home, value):
                passed_on = isinstance(name, Parameter) and name.function is meant
                given = name.given_by(call, method=False) if passed_on else None  # type: ignore[union-attr]
                found |= (self.names(source, given) if given is not None else set()) if passed_on else {name}
        return found or {UNREAD}
