"""Options of pytest that a project's configuration files give."""

from __future__ import annotations

import posixpath
import shlex

from rung.link.project import Project


def configured(project: Project, folder: str, key: str) -> list[str]:
    """Words of an option in pytest's own configuration, from the folder upwards."""
    while True:
        for name, section in (("pytest.ini", "pytest"), ("pyproject.toml", "tool"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
            path = posixpath.join(folder, name)
            if path not in project.repository.files:
                continue
            value = _option(project, path, section, key)
            if value is not None:
                return value
        if not folder:
            return []
        folder = posixpath.dirname(folder)


def _option(project: Project, path: str, section: str, key: str) -> list[str] | None:
    if path.endswith(".toml"):
        data = project.data(path)
        options = (
            data.get("tool", {}).get("pytest", {}).get("ini_options")
            if isinstance(data, dict) and isinstance(data.get("tool", {}), dict)
            else None
        )
        if not isinstance(options, dict):
            return None
        value = options.get(key, [])
        return [str(v) for v in value] if isinstance(value, list) else _split(str(value))
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(project.text(path) or "")
    except configparser.Error:
        return None
    return _split(parser.get(section, key, fallback="")) if parser.has_section(section) else None


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
