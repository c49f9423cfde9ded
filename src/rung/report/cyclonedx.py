"""The inventory as CycloneDX 1.6, a bill of materials for machine learning."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from rung import __version__
from rung.report.safe import one_line, safe_json, valid_text

if TYPE_CHECKING:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component
    from cyclonedx.model.service import Service

    from rung.inventory import Data, Inventory, Library, Model, Place
    from rung.inventory import Service as Api

# What package URLs call an ecosystem, and what parts a name into namespace and name there.
PURL_TYPES = {
    "pypi": "pypi",
    "npm": "npm",
    "go": "golang",
    "maven": "maven",
    "nuget": "nuget",
    "gem": "gem",
    "cargo": "cargo",
    "composer": "composer",
}
PARTED = {"npm": "/", "golang": "/", "maven": ":", "composer": "/"}


def render_cyclonedx(inventory: Inventory) -> str:
    """The bill of materials as JSON. The same inventory gives the same text: its serial number is made from it, and it has no time."""
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6

    application = Component(
        name=_text(inventory.name), type=ComponentType.APPLICATION, version=inventory.commit or None, bom_ref="application"
    )
    bom = Bom()
    bom.metadata.component = application
    bom.metadata.tools.components.add(Component(name="rung", type=ComponentType.APPLICATION, version=__version__, bom_ref="rung"))
    components = [
        *(_model(model) for model in inventory.models),
        *(_data(data) for data in inventory.data),
        *(_library(library) for library in inventory.libraries),
    ]
    services = [_service(service) for service in inventory.services]
    for component in components:
        bom.components.add(component)
    for service in services:
        bom.services.add(service)
    bom.register_dependency(application, [*components, *services])
    document: dict[str, Any] = _ordered(json.loads(JsonV1Dot6(bom).output_as_string()))
    document["metadata"].pop("timestamp", None)
    document.pop("serialNumber", None)
    digest = sha256(json.dumps(document, sort_keys=True).encode()).digest()
    identity = {"$schema": document.pop("$schema"), "bomFormat": document.pop("bomFormat"), "specVersion": document.pop("specVersion")}
    serial = {"serialNumber": UUID(bytes=digest[:16], version=5).urn}
    return safe_json(json.dumps({**identity, **serial, **document}, indent=2)) + "\n"


def _ordered(content: Any) -> Any:
    """The content with every list in one order: they are sets, and the library's order of them changes from run to run."""
    if isinstance(content, dict):
        return {key: _ordered(value) for key, value in content.items()}
    if isinstance(content, list):
        return sorted(map(_ordered, content), key=lambda item: json.dumps(item, sort_keys=True))
    return content


def _model(model: Model) -> Component:
    from cyclonedx.model.component import Component, ComponentType

    return Component(
        name=_text(model.name),
        type=ComponentType.MACHINE_LEARNING_MODEL,
        version=_text(model.version) or None,
        bom_ref=f"model:{_text(model.name)}",
        evidence=_evidence(model.places),
    )


def _data(data: Data) -> Component:
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType

    return Component(
        name=_text(data.name),
        type=ComponentType.DATA,
        version=_text(data.version) or None,
        bom_ref=f"{data.kind}:{_text(data.name)}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=data.digest)] if data.digest else None,
        properties=_properties(kind=data.kind),
        evidence=_evidence(data.places),
    )


def _library(library: Library) -> Component:
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    kind = PURL_TYPES.get(library.ecosystem)
    name, version = _text(library.name), _text(library.version) or None
    namespace, _, plain = name.rpartition(PARTED[kind]) if kind in PARTED else ("", "", name)
    purl = PackageURL(kind, namespace or None, plain, version) if kind is not None and plain else None
    return Component(
        name=name,
        type=ComponentType.LIBRARY,
        version=version,
        purl=purl,
        bom_ref=f"library:{library.ecosystem}:{name}:{_text(library.wanted)}",
        properties=_properties(
            category=library.category,
            tool=library.tool,
            wanted="" if version and not library.lock else _text(library.wanted),
            lock=_text(library.lock),
        ),
        evidence=_evidence(library.places),
    )


def _service(api: Api) -> Service:
    from cyclonedx.model import XsUri
    from cyclonedx.model.service import Service

    return Service(
        name=_text(api.name),
        bom_ref=f"service:{api.id}",
        endpoints=[XsUri(f"https://{host}") for host in api.hosts if urlsplit(f"https://{host}").hostname],
        properties=[*_properties(tool=api.id), *_occurrences(api.places)],
    )


def _evidence(places: Sequence[Place]) -> Any:
    from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence

    return ComponentEvidence(occurrences=[Occurrence(location=_text(place.path), line=place.line or None) for place in places])


def _occurrences(places: Sequence[Place]) -> list[Property]:
    """Places of a service, which has no evidence in CycloneDX."""
    from cyclonedx.model import Property

    return [Property(name="rung:occurrence", value=_text(f"{place.path}:{place.line}")) for place in places]


def _properties(**values: str) -> list[Property]:
    from cyclonedx.model import Property

    return [Property(name=f"rung:{name}", value=value) for name, value in values.items() if value]


def _text(text: str) -> str:
    return re.sub(r"\s+", " ", one_line(valid_text(text)))
