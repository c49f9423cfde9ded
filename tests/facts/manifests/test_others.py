"""Dependencies of the manifests of JavaScript, PHP, Go, .NET, Ruby, Rust and Maven."""

import pytest

from rung.facts.manifests import read_dependencies


def found(path: str, text: str) -> list[tuple[int, str, str, str]]:
    return [(f.location.line, f.fields["name"], f.fields["version"], f.fields["scope"]) for f in read_dependencies(path, text)]


def test_package_json() -> None:
    text = '{\n"dependencies": {"@a/b": "^1"},\n"devDependencies": {\n"c": "2"},\n"peerDependencies": {"d": "*"}, "scripts": {"x": "y"}}'
    assert found("web/package.json", text) == [
        (2, "@a/b", "^1", "runtime"),
        (4, "c", "2", "development"),
        (5, "d", "*", "optional:peer"),
    ]


def test_composer() -> None:
    text = '{"require": {"php": ">=8", "ext-json": "*", "acme/llm": "^1"},\n"require-dev": {"acme/test": "1"}}'
    assert found("composer.json", text) == [(1, "acme/llm", "^1", "runtime"), (2, "acme/test", "1", "development")]


def test_go_mod() -> None:
    text = """\
module x
require github.com/a/b v1.0.0
require (
	github.com/c/d/v2 v2.1.0
	github.com/e/f v0.1.0 // indirect
)
replace (
	github.com/g/h v1.0.0 => ../h
)
"""
    assert found("go.mod", text) == [
        (2, "github.com/a/b", "v1.0.0", "runtime"),
        (4, "github.com/c/d/v2", "v2.1.0", "runtime"),
        (5, "github.com/e/f", "v0.1.0", "indirect"),
    ]


def test_pom_with_properties_and_managed_versions() -> None:
    text = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<version>3</version>
<properties><v>1.2</v></properties>
<dependencyManagement><dependencies><dependency>
<groupId>g</groupId><artifactId>bom</artifactId><version>${v}</version></dependency></dependencies></dependencyManagement>
<dependencies>
<dependency><groupId>g</groupId>
<artifactId>a</artifactId><version>${project.version}</version></dependency>
<dependency><groupId>g</groupId><artifactId>t</artifactId><scope>test</scope></dependency>
</dependencies></project>"""
    assert found("pom.xml", text) == [
        (5, "g:bom", "1.2", "managed"),
        (8, "g:a", "3", "runtime"),
        (9, "g:t", "", "development"),
    ]


def test_xml_that_declares_entities_is_refused() -> None:
    dependency = "<dependency><groupId>&x;</groupId><artifactId>a</artifactId></dependency>"
    text = f'<!DOCTYPE p [<!ENTITY x "y">]><project><dependencies>{dependency}</dependencies></project>'
    assert read_dependencies("pom.xml", text.replace("&x;", "x").replace('<!ENTITY x "y">', "")) != []
    assert read_dependencies("pom.xml", text) == []


def test_msbuild() -> None:
    text = """<Project><ItemGroup>
<PackageReference Include="A.B" Version="1" />
<PackageReference Include="C"><Version>2</Version></PackageReference>
<PackageReference Include="D" PrivateAssets="all" />
<PackageReference Update="E" Version="1" />
</ItemGroup></Project>"""
    assert found("x/X.csproj", text) == [(2, "A.B", "1", "runtime"), (3, "C", "2", "runtime"), (4, "D", "", "development")]
    central = '<Project><ItemGroup><PackageVersion Include="A" Version="1"/></ItemGroup></Project>'
    assert found("Directory.Packages.props", central) == [(1, "A", "1", "managed")]
    old = '<packages><package id="A" version="1" developmentDependency="true"/></packages>'
    assert found("packages.config", old) == [(1, "A", "1", "development")]


def test_gemfile_and_gemspec() -> None:
    text = """\
gem "rails", "~> 7", ">= 7.1" # web
gem 'x', group: :test
group :development, :test do
  gem "y"
  platforms :mri do
    gem "z"
  end
end
gem "last"
# gem "not"
"""
    assert found("Gemfile", text) == [
        (1, "rails", "~> 7, >= 7.1", "runtime"),
        (2, "x", "", "group:test"),
        (4, "y", "", "development"),
        (6, "z", "", "development"),
        (9, "last", "", "runtime"),
    ]
    spec = 'Gem::Specification.new do |s|\n  s.add_dependency "a", "~> 1"\n  s.add_development_dependency("b")\nend\n'
    assert found("x.gemspec", spec) == [(2, "a", "~> 1", "runtime"), (3, "b", "", "development")]


def test_cargo() -> None:
    text = """\
[dependencies]
serde = { version = "1", features = ["derive"] }
alias = { package = "real", version = "2", optional = true }
[target.'cfg(unix)'.dependencies]
nix = "0.2"
[dev-dependencies.insta]
version = "1"
[workspace.dependencies]
tokio = "1"
"""
    assert found("Cargo.toml", text) == [
        (2, "serde", "1", "runtime"),
        (3, "real", "2", "optional:alias"),
        (5, "nix", "0.2", "runtime"),
        (7, "insta", "1", "development"),
        (9, "tokio", "1", "managed"),
    ]


@pytest.mark.parametrize("path", ["package-lock.json", "poetry.lock", "Cargo.lock", "go.sum", "src/requirements.py", "yarn.lock"])
def test_other_files_are_no_manifests(path: str) -> None:
    assert read_dependencies(path, '{"dependencies": {"a": "1"}}\nopenai==1\n') == []


NAMES = ["requirements.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "environment.yml", "package.json", "go.mod", "pom.xml"]
NAMES += ["build.gradle", "libs.versions.toml", "x.csproj", "packages.config", "Gemfile", "x.gemspec", "Cargo.toml", "composer.json"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\x01",
        "[" * 50_000,
        "{a: " * 50_000,
        "- " * 50_000,
        "<a>" * 50_000,
        '{"dependencies": ["x", null, {"y": 1}]}',
        "[project]\ndependencies = 3\n[dependency-groups]\ndev = {a = 1}\n[tool.poetry.dependencies]\na = [1, {b = 2}]",
        "dependencies: {a: [b]}\n",
        "dependencies:\n- null\n- 3\n- {pip: x}\n",
        "setup(install_requires=" + "(" * 300,
    ],
)
def test_any_text_is_read_without_an_error(name: str, text: str) -> None:
    read_dependencies(name, text)
