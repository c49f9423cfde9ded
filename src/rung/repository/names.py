"""Names of folders and files that say what they are, for all languages and build tools alike."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE)


# --- copies of other people's work
VENDORED = words("""
    node_modules bower_components jspm_packages third_party third-party thirdparty 3rdparty site-packages dist-packages
    .venv venv virtualenv vendored _vendor godeps pods carthage .yarn .bundle
""")
# Words of the business as well: copies among web assets, where a licence came along and, most of them, at the top of the repository.
MAYBE_VENDORED = words("vendor vendors external externals extern")
VENDORED_TOP = MAYBE_VENDORED - {"vendors"}  # whose adapters an application may hold there
ASSETS = words("static public assets js css wwwroot")
LICENCE = _pattern(r"(?:licen[cs]e|copying|notice)(?:[.-].*)?")
VENDOR_LIST = words("modules.txt autoload.php")  # what package managers put directly into a folder of copies
LIBRARIES, VERSIONED = _pattern(r"libs?|libraries|deps"), _pattern(r"[\w.-]*[a-z][-_@]v?\d+(?:\.\d+)+")  # `libs/chart-1.2`
MINIFIED = _pattern(r".*[.-]min\.(?:js|mjs|css)")

# --- what a program wrote
GENERATED = words("""
    __generated__ generated .generated .next .nuxt .output .svelte-kit _next __pycache__ htmlcov storybook-static .terraform
    .ipynb_checkpoints .promptflow
""")
GENERATED_NAME = _pattern(r"""
    package-lock\.json | npm-shrinkwrap\.json | yarn\.lock | pnpm-lock\.yaml | bun\.lockb? | deno\.lock | poetry\.lock | uv\.lock
    | pdm\.lock | pipfile\.lock | pylock(?:\..*)?\.toml | conda-lock\.ya?ml | cargo\.lock | go\.(?:work\.)?sum | gemfile\.lock
    | composer\.lock | packages\.lock\.json | gradle\.lockfile | podfile\.lock | package\.resolved | mix\.lock | pubspec\.lock
    | flake\.lock | \.terraform\.lock\.hcl | chart\.lock
    | .*_pb2(?:_grpc)?\.pyi? | .*\.pb(?:\.gw|\.validate)?\.(?:go|cc|h|swift|dart) | .*(?:_grpc)?_pb\.(?:js|d\.ts|rb|ts)
    | .*\.g(?:\.i)?\.cs | .*\.designer\.cs | .*\.(?:generated|gen)\.[a-z]+ | .*_generated\.[a-z]+ | .*_gen\.go
    | zz_generated\..* | .*\.(?:g|freezed)\.dart
    | .*\.(?:bundle|chunk)\.(?:js|css) | .*\.(?:js|css)\.map
""")
BUNDLED = words("js mjs cjs css map html wasm ts")
BUNDLES = words("dist build out static assets public chunks")
HASHED = _pattern(r".*[.-](?:(?=[a-z]*\d)[0-9a-f]{8,32} | (?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{8})(?:\.chunk)?\.(?:m?js|css)")

# --- what is laid aside: kept to be read, built and run by nobody
ARCHIVED = words("_archive _archived .archive .archived attic _attic graveyard _obsolete")
ARCHIVED_TOP = words("archived obsolete archived-code archived_code old_code old-code")  # at the top, where they are no package
# Words of the business as well (a mail archive, a page of archived chats): only where a whole project was put below.
MAYBE_ARCHIVED = words("archive archives archived obsolete deprecated old legacy_code")
PACKAGE = _pattern(r"__init__\.py|index\.[cm]?[jt]sx?|mod\.rs|package\.json|go\.mod|cargo\.toml|.*\.(?:go|csproj)")
PROJECT = _pattern(r"""
    package\.json | pyproject\.toml | setup\.py | requirements\.txt | pipfile | go\.mod | cargo\.toml | gemfile | pom\.xml
    | build\.gradle(?:\.kts)? | .*\.(?:sln|slnx) | composer\.json | docker-compose\.ya?ml
""")

# --- tests
TEST_FOLDER = _pattern(r"""
    (?:.*[-_.])?tests? | tests[-_.].* | __tests?__ | __mocks__ | __snapshots__ | __fixtures__ | (?:.*[-_.])?e2e | e2e[-_]tests? | cypress
    | test[-_]?(?:data|utils?|helpers?|cases|resources|support) | testing[-_]?utils? | fixtures? | cassettes
    | unittests? | integrationtests?
""")
TEST_PROJECT = _pattern(r".*[a-z]Tests?")  # MyApp.UnitTests, SharedTests
SPEC = words("spec specs")  # of Ruby and JavaScript; a specification where it holds no code
NO_SPEC = words("md yaml yml json proto txt")
TEST_NAME = _pattern(r"""
    test_.*\.py | .*_test\.py | tests?\.py | conftest\.py | .*_test\.go | .*_(?:spec|test)\.(?:rb|exs|dart|js|ts|lua)
    | .*[.-](?:test|tests|spec|e2e|e2e-spec|cy)\.(?:[cm]?[jt]sx?|vue) | .*_tests?\.rs
""")
TEST_CLASS = _pattern(r"(?:.*[a-z0-9])?(?:Tests?|TestCase|IT|Spec)\.(?:java|kt|cs|php|swift|scala|groovy)")

# --- evaluations, the project's own work: what lies in there is no fixture of a test
EVALUATION = _pattern(r"(?:.*[-_.])?(?:evals?|evaluations?|evaluators?|benchmarks?)(?:[-_].*)?")

# --- examples
EXAMPLE = _pattern(r"(?:.*[-_])?(?:examples?|samples?|demos?|cookbooks?|tutorials?|quickstarts?)")
NAMED_EXAMPLE = _pattern(r".+[-_](?:example|sample|demo|tutorial|quickstart)")  # one, of something: of many it is a collection

# --- documentation
DOCUMENTATION = words("docs doc documentation user-guide userguide user-manual")
SITE = words("website site www docs-site doc-site docs-website manual manuals handbook guide")
SITE_MARKER = _pattern(
    r"docusaurus\.config\.[a-z]+ | mkdocs\.ya?ml | \.vitepress | antora\.yml | book\.toml | _config\.yml | sidebars\.[jt]s"
)
SOURCE = words("src app apps lib pages components routes views internal pkg")  # `docs` or `example` below these is a feature
PROSE = words("md mdx markdown rst adoc asciidoc textile")
PROSE_NAME = _pattern(r"""
    (?:readme|licen[cs]e|changelog|changes|history|contributing|code_of_conduct|security|authors|contributors|notice|maintainers|roadmap
    |support|governance)(?:[.-](?:txt|md|rst|adoc|[a-z]{2}(?:[_-][a-z]{2})?\.md))?
    | mkdocs\.ya?ml | docusaurus\.config\.[a-z]+ | \.readthedocs\.ya?ml
""")
TOOLING = words("scripts tools ci hack infra")  # at the top
SHELL = words("sh bash ps1 sql")
PROMPTS = _pattern(r"(?:.*[-_.])?prompts? | prompts?[-_](?:templates?|library|files) | (?:.*[-_])?instructions?")
TEXTS = words("agent agents persona personas skill skills template templates")  # folders whose prose a program reads
PROMPT_NAME = _pattern(r".*(?:^|[-_.])prompts?(?:[-_.].*)?\.[a-z]+")
