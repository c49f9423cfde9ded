"""Which files hold settings, and which look like it and hold something else."""

from __future__ import annotations

import re

from rung.regex import regex

SETTINGS_FILES: tuple[str, ...] = (
    "**/.env",
    "**/.env.*",
    "**/.envrc",
    "**/*.env",
    "**/*.env.*",
    "**/env.*",
    "**/*.yaml",
    "**/*.yml",
    "**/*.json",
    "**/*.jsonc",
    "**/*.json5",
    "**/*.toml",
    "**/*.ini",
    "**/*.cfg",
    "**/*.conf",
    "**/*.properties",
    "**/*.config",
    "**/Dockerfile",
    "**/Dockerfile.*",
    "**/*.Dockerfile",
    "**/dockerfile",
    "**/Containerfile",
    "**/*.tf",
    "**/*.tfvars",
    "**/*.bicep",
    "**/*.bicepparam",
)

MAXIMUM_SIZE = 300_000
MAXIMUM_SCALARS = 3_000

_ENV = regex(r"(?:.*[._-])?env(?:rc|[._-][\w.-]+)?$", re.IGNORECASE)
_CODE = regex(
    r"\.(?:py|pyi|[cm]?[jt]sx?|sh|md|mdx|go|rb|rs|java|kt|cs|vue|svelte|php|html|txt|encrypted|enc|gpg|age|j2|tpl)$",
    re.IGNORECASE,
)
_DOCKERFILE = regex(r"(?:Dockerfile|Containerfile)(?:[._-].+)?$|.+\.Dockerfile$", re.IGNORECASE)
_FORMATS = {
    "yaml": "yaml",
    "yml": "yaml",
    "json": "json",
    "jsonc": "json",
    "json5": "json",
    "toml": "toml",
    "ini": "ini",
    "cfg": "ini",
    "conf": "ini",
    "properties": "properties",
    "config": "xml",
    "tf": "terraform",
    "tfvars": "terraform",
    "bicep": "bicep",
    "bicepparam": "bicep",
}
_NO_SETTINGS = frozenset(
    {
        "package.json",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "composer.json",
        "pnpm-lock.yaml",
        "pnpm-workspace.yaml",
        "pyproject.toml",
        "cargo.toml",
        "pdm.toml",
        "libs.versions.toml",
        "setup.cfg",
        "tox.ini",
        "pytest.ini",
        "environment.yml",
        "environment.yaml",
        "conda-lock.yml",
        "pubspec.yaml",
        "chart.yaml",
        "packages.config",
        "nuget.config",
        "packages.lock.json",
        "project.assets.json",
        "deno.lock",
        "openapi.json",
        "openapi.yaml",
        "openapi.yml",
        "swagger.json",
        "swagger.yaml",
        "tslint.json",
        "renovate.json",
        ".pre-commit-config.yaml",
        ".pre-commit-config.yml",
        ".gitlab-ci.yml",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        "gradle-wrapper.properties",
        "maven-wrapper.properties",
    }
)
_CI_FOLDERS = regex(r"(?:^|/)\.(?:github|circleci|gitlab|buildkite|husky|vscode|idea|devcontainer|changeset|yarn)/")
_LANGUAGE_FOLDERS = regex(r"(?:^|/)(?:locales?|i18n|l10n|translations?|lang|langs|languages)/", re.IGNORECASE)
_LANGUAGE_FILE = regex(
    r"(?:(?:messages|strings|translation)[._-])?(?!ai\.)[a-z]{2}(?:[_-][A-Za-z]{2,4})?\.(?:json|ya?ml|properties|toml)$|messages\.properties$"
)
_LOCK_FILE = regex(r"[.-]lock\.(?:json|ya?ml|toml)$|\.lock$")


def settings_format(path: str) -> str:
    """The format to read a file's settings in; empty when the file is no settings file by its name and place."""
    name = path.rpartition("/")[2]
    lower = name.lower()
    if _DOCKERFILE.match(name) and not _CODE.search(name) and not lower.endswith(".dockerignore"):
        return "dockerfile"
    form = _FORMATS.get(lower.rpartition(".")[2], "") if "." in lower else ""
    if not form:
        return "env" if _ENV.match(name) and not _CODE.search(name) else ""
    if lower in _NO_SETTINGS or _LOCK_FILE.search(lower) or _CI_FOLDERS.search(path):
        return ""
    if form in ("yaml", "json", "toml", "properties") and (_LANGUAGE_FILE.match(name) or _LANGUAGE_FOLDERS.search(path)):
        return ""
    return form
