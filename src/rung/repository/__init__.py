"""The room that knows files: a tree at the work tree or any git ref, its tags, code owners and roles."""

from rung.repository.boundary import is_pattern
from rung.repository.notices import Notice
from rung.repository.opening import open_repository
from rung.repository.repository import Repository
from rung.repository.role import Role
from rung.repository.tree import File

__all__ = ["File", "Notice", "Repository", "Role", "is_pattern", "open_repository"]
