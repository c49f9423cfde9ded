"""Dependencies of Python's manifests."""

from rung.facts.manifests import read_dependencies


def found(path: str, text: str) -> list[tuple[int, str, str, str]]:
    return [(f.location.line, f.fields["name"], f.fields["version"], f.fields["scope"]) for f in read_dependencies(path, text)]


def test_requirements_with_options_hashes_and_addresses() -> None:
    text = """\
# comment
-r base.txt
--index-url https://x
Flask_Login[async]>=1.0,<2 ; python_version > "3.8"  # why
ruff==0.4.1 \\
    --hash=sha256:abc
git+https://github.com/acme/Some.Tool.git@v1
tool @ https://x/y.whl
-e git+https://github.com/acme/x.git#egg=other_tool
-e .
"""
    assert found("requirements.txt", text) == [
        (4, "flask-login", ">=1.0,<2", "runtime"),
        (5, "ruff", "==0.4.1", "runtime"),
        (7, "some-tool", "", "runtime"),
        (8, "tool", "", "runtime"),
        (9, "other-tool", "", "runtime"),
    ]


def test_the_file_name_tells_development_requirements() -> None:
    assert found("app/requirements-dev.txt", "pytest")[0][3] == "development"
    assert found("requirements/test.in", "pytest")[0][3] == "development"
    assert found("docs/requirements.txt", "sphinx")[0][3] == "development"
    assert found("devices/requirements.txt", "pyserial")[0][3] == "runtime"


def test_pyproject_of_the_standards() -> None:
    text = """\
[build-system]
requires = ["hatchling"]
[project]
dependencies = [
  "openai>=1",  # one
  'httpx',
]
[project.optional-dependencies]
web = ["fastapi"]
[dependency-groups]
base = ["rich"]
dev = [{include-group = "base"}, "pytest"]
loop = [{include-group = "loop"}]
"""
    assert found("pyproject.toml", text) == [
        (5, "openai", ">=1", "runtime"),
        (6, "httpx", "", "runtime"),
        (9, "fastapi", "", "optional:web"),
        (11, "rich", "", "group:base"),
        (11, "rich", "", "group:dev"),
        (12, "pytest", "", "group:dev"),
    ]


def test_pyproject_of_the_tools() -> None:
    text = """\
[tool.poetry.dependencies]
python = "^3.11"
Django = {version = "^5", extras = ["argon2"]}
extra = {version = "1", optional = true}
[tool.poetry.group.test.dependencies]
pytest = "*"
[tool.uv]
dev-dependencies = ["mypy"]
[tool.pdm.dev-dependencies]
lint = ["ruff"]
[tool.hatch.envs.docs]
dependencies = ["mkdocs"]
"""
    assert found("pyproject.toml", text) == [
        (3, "django", "^5", "runtime"),
        (4, "extra", "1", "optional:extra"),
        (6, "pytest", "*", "group:test"),
        (8, "mypy", "", "development"),
        (10, "ruff", "", "group:lint"),
        (12, "mkdocs", "", "group:docs"),
    ]


def test_setup_py_with_lists_of_the_module() -> None:
    text = """\
from setuptools import setup
BASE = ["openai>=1"]
setup(
    install_requires=BASE + ["httpx"],
    extras_require={"web": ["fastapi"]},
    tests_require=open("x").read(),
)
"""
    assert found("setup.py", text) == [(2, "openai", ">=1", "runtime"), (4, "httpx", "", "runtime"), (5, "fastapi", "", "optional:web")]


def test_setup_cfg() -> None:
    text = "[options]\ninstall_requires =\n  openai>=1\n  # no\n  httpx\nzip_safe = no\n[options.extras_require]\nweb = fastapi\n"
    assert [(line, name, scope) for line, name, _, scope in found("setup.cfg", text)] == [
        (3, "openai", "runtime"),
        (5, "httpx", "runtime"),
        (8, "fastapi", "optional:web"),
    ]


def test_pipfile() -> None:
    text = '[packages]\nopenai = "*"\nx = {git = "https://x"}\n[dev-packages]\npytest = ">=8"\n[requires]\npython_version = "3"\n'
    assert found("Pipfile", text) == [(2, "openai", "*", "runtime"), (3, "x", "", "runtime"), (5, "pytest", ">=8", "development")]


def test_conda_environment() -> None:
    text = "name: x\ndependencies:\n  - python=3.11\n  - conda-forge::NumPy=1.2\n  - pip:\n      - openai>=1\n      - -r x.txt\n"
    facts = read_dependencies("environment.yml", text)
    assert [(f.fields["ecosystem"], f.fields["name"], f.fields["version"], f.location.line) for f in facts] == [
        ("conda", "numpy", "=1.2", 4),
        ("pypi", "openai", ">=1", 6),
    ]
