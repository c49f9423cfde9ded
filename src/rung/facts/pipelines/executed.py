"""The repository file that a command executes."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from posixpath import basename, dirname, join

from rung.facts.pipelines.paths import resolve
from rung.facts.pipelines.wrapper_options import words
from rung.facts.pipelines.wrappers import SCRIPT, Invocation, positionals
from rung.regex import regex

NODE = words("node nodejs tsx ts-node ts-node-esm vite-node esno jiti babel-node nodemon bun deno")
SHELLS = words("bash sh zsh dash ksh source . pwsh powershell")
PLAIN = words("ruby php perl Rscript lua julia java kotlin swift crystal elixir")
JVM = words("java kotlin scala mvn mvnw sbt")
_MAIN_CLASS = regex(r"(?:-Dexec\.mainClass=)?((?:\w+\.)+[A-Z]\w*)")
VALUED = words("""
    -X -W -r --require --import --loader --experimental-loader --env-file --tsconfig -C --conditions -P --project -o -O --rcfile --init-file
    --max-old-space-size --config --import-map --inspect-port -I --watch-path
""")
EXTENSIONS = ("", ".ts", ".js", ".mjs", ".cjs", ".mts", ".tsx", "/index.ts", "/index.js", "/index.mjs")


class Executed:
    """Finds executed files among the repository's."""

    def __init__(self, files: Collection[str]) -> None:
        self.files = frozenset(files)

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self.files):
            if path.endswith(".py"):
                found.setdefault(basename(path), []).append(path)
        return found

    def file(self, found: Invocation) -> str:
        """The file that an invocation executes; empty when that is none of the repository's."""
        program = found.program
        if found.module:
            return self.module(found.words[0], found)
        if program == "python":
            named = positionals(found.arguments, VALUED)
            first = named[0] if named else ""
            if basename(first) == "manage.py" and len(named) > 1 and (own := self._management(named[1])):
                return own
            return "" if "-c" in found.arguments[:3] else self._existing(found.folder, first, ("", "/__main__.py"))
        if program in NODE:
            return self._node(found)
        if program in SHELLS:
            named = positionals(found.arguments, VALUED)
            return self._existing(found.folder, named[0]) if named and not named[0].startswith("-") else ""
        if program in JVM and (main := self._named_class(found)):
            return main
        if program in PLAIN:
            named = positionals(found.arguments, VALUED)
            return self._existing(found.folder, named[0]) if named else ""
        if program in ("go", "cargo", "dotnet") and "run" in found.arguments[:3]:
            return {"go": self._go, "cargo": self._cargo, "dotnet": self._dotnet}[program](found)
        if "/" in found.words[0] or SCRIPT.search(found.words[0]):
            return self._existing(found.folder, found.words[0])
        return self._launched(found)

    def module(self, name: str, found: Invocation) -> str:
        """A Python module or package: from the run's folder, its `src`, PYTHONPATH and the top; otherwise where it stands only once."""
        if not all(part.isidentifier() for part in name.split(".")):
            return ""
        tail = name.replace(".", "/")
        folders = [found.folder, join(found.folder, "src"), *found.environment.get("PYTHONPATH", "").split(":"), "", "src"]
        for folder in folders:
            for end in (".py", "/__main__.py"):
                path = resolve("", join(folder, tail + end)) if not folder.startswith("/") else resolve("", folder + "/" + tail + end)
                if path in self.files:
                    return str(path)
        for end in (".py", "/__main__.py"):
            places = [path for path in self.by_name.get(basename(tail + end), []) if path.endswith("/" + tail + end)]
            if len(places) == 1 and "." in name:
                return places[0]
        for folder in folders:  # an entry point may name a package, whose function stands in __init__.py
            path = resolve("", join(folder, tail + "/__init__.py"))
            if path in self.files:
                return str(path)
        return ""

    def _management(self, name: str) -> str:
        """A command of Django's `manage.py` that the repository defines."""
        places = self.by_name.get(f"{name}.py", ())
        return next((path for path in places if path.endswith(f"/management/commands/{name}.py")), "")

    @cached_property
    def classes(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self.files):
            if path.endswith((".java", ".kt", ".scala")):
                found.setdefault(basename(path).rpartition(".")[0], []).append(path)
        return found

    def _named_class(self, found: Invocation) -> str:
        """The file of a main class that is named with its package, which its folders end in (Kotlin may leave out the first of them)."""
        name = next((m[1] for word in found.arguments for part in word.split() if (m := _MAIN_CLASS.fullmatch(part))), "")
        package, _, own = name.rpartition(".")
        places = [p for spelled in dict.fromkeys((own, own.removesuffix("Kt"))) for p in self.classes.get(spelled, ()) if own]
        tail = package.replace(".", "/")
        exact = [path for path in places if dirname(path).endswith(tail)]
        shorter = [path for path in places if path.endswith(".kt") and dirname(path).endswith("/kotlin")]
        return next(iter(exact or (shorter if len(shorter) == 1 else [])), "")

    def _existing(self, folder: str, word: str, ends: tuple[str, ...] = ("",)) -> str:
        for end in ends if word else ():
            path = resolve(folder, word.rstrip("/") + end)
            if path and path in self.files:
                return path
        return ""

    def _node(self, found: Invocation) -> str:
        if found.program == "node" and {"-e", "-p", "--eval", "--print"} & set(found.arguments[:3]):
            return ""
        verbs = {"run", "watch", "serve"} if found.program != "node" else {"watch"}
        for word in positionals(found.arguments, VALUED):
            if word in verbs:
                continue
            return self._existing(found.folder, word, EXTENSIONS)
        return ""

    def _launched(self, found: Invocation) -> str:
        """`x run file.py`, `x launch file.py` and programs named `...run` execute the script that they are given."""
        launches = found.program.endswith("run")
        for word in found.arguments:
            if launches and SCRIPT.search(word):
                return self._existing(found.folder, word)
            launches = launches or word in ("run", "launch")
        return ""

    def _go(self, found: Invocation) -> str:
        named = positionals(found.arguments[1:], words("-tags -ldflags -mod -modfile -C"))
        target = named[0] if named else "."
        if target.endswith(".go"):
            return self._existing(found.folder, target)
        folder = resolve(found.folder, target)
        if folder is None:
            return ""
        inside = sorted(path for path in self.files if dirname(path) == folder and path.endswith(".go") and not path.endswith("_test.go"))
        return next((path for path in inside if basename(path) == "main.go"), inside[0] if inside else "")

    def _cargo(self, found: Invocation) -> str:
        given = dict(zip(found.arguments, found.arguments[1:], strict=False))
        package = given.get("-p") or given.get("--package") or ""
        manifest = dirname(given.get("--manifest-path", ""))
        name, example = given.get("--bin") or package, given.get("--example")
        tails = [f"examples/{example}.rs"] if example else [f"src/bin/{name}.rs", f"src/bin/{name}/main.rs", "src/main.rs"]
        for folder in (manifest or package, f"crates/{package}", "") if package or manifest else ("",):
            for tail in tails:
                path = self._existing(found.folder, join(folder, tail))
                if path:
                    return path
        return ""

    def _dotnet(self, found: Invocation) -> str:
        given = dict(zip(found.arguments, found.arguments[1:], strict=False))
        single = next((w for w in found.arguments[1:2] if w.endswith(".cs")), "")  # a program of one file
        if single:
            return self._existing(found.folder, single)
        project = given.get("--project") or given.get("-p") or "."
        folder = dirname(project) if project.endswith("proj") else project
        path = self._existing(found.folder, join(folder or ".", "Program.cs"))
        return path or self._only_source(resolve(found.folder, folder or ".")) or self._existing(found.folder, project)

    def _only_source(self, folder: str | None) -> str:
        """The one source file of a .NET project's folder, whatever it is called."""
        inside = [p for p in self.files if dirname(p) == folder]
        sources = [p for p in inside if p.endswith(".cs")]
        return sources[0] if len(sources) == 1 and any(p.endswith("proj") for p in inside) else ""
