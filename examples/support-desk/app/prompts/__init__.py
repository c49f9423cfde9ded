"""The prompts: one Jinja template each, filled in by name."""

from jinja2 import Environment, PackageLoader, StrictUndefined

_templates = Environment(
    loader=PackageLoader("app", "prompts"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,
)


def render(name: str, **values: object) -> str:
    """The prompt `name` with its variables filled in; raises UndefinedError when one is missing."""
    return _templates.get_template(f"{name}.md.j2").render(**values)
