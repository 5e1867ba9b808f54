"""RO-Crate metadata (version 1.1): the description that a data archive reads. https://www.researchobject.org/ro-crate/"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from couples_study.core.provenance import package_version, sha256
from couples_study.report.verdicts_json import as_json

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "https://w3id.org/ro/crate/1.1"
METADATA = "ro-crate-metadata.json"
FORMATS = {
    "csv": "text/csv", "json": "application/json", "md": "text/markdown", "html": "text/html", "R": "text/x-r-source",
    "sas": "text/plain", "sps": "text/plain", "tex": "text/plain",
}  # fmt: skip
ACCESS = {
    "archive": "Restricted: for researchers by contract, after review; never to participants, never in the open. A "
    "participant could find the own rows, and the partner's beside them.",
    "open": "Open: all data in it are synthetic.",
}


def crate(
    *, title: str, audience: str, published: str | None, files: Mapping[str, bytes], told: Mapping[str, str]
) -> bytes:
    """``ro-crate-metadata.json`` for ``files`` (by path), of which ``told`` says what each or its folder holds."""
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": f"{title}: analysis frames of both partners' answers, codebook, and the syntax of every model, "
        "as exported by couples_study. README.md begins with the risk report.",
        "license": {"@id": "#access"},
        "conditionsOfAccess": ACCESS[audience],
        "hasPart": [{"@id": name} for name in sorted(files)],
        "mentions": {"@id": "#software"},
    }
    if published is not None:
        root["datePublished"] = published
    graph = [
        {
            "@id": METADATA, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": PROFILE},
        },
        root,
        *(_file(name, files[name], told) for name in sorted(files)),
        {"@id": "#access", "@type": "CreativeWork", "name": "Conditions of access", "description": ACCESS[audience]},
        {
            "@id": "#software", "@type": "SoftwareApplication", "name": "couples_study", "version": package_version(),
            "softwareVersion": package_version(),
        },
    ]  # fmt: skip
    return as_json({"@context": CONTEXT, "@graph": graph})


def _file(name: str, content: bytes, told: Mapping[str, str]) -> dict[str, Any]:
    said = told.get(name) or told.get(name.split("/", 1)[0] + "/") or ""
    ending = name.rsplit(".", 1)[-1]
    return {
        "@id": name, "@type": "File", "name": name.rsplit("/", 1)[-1], "description": said,
        "encodingFormat": FORMATS.get(ending, "application/octet-stream"), "contentSize": str(len(content)),
        "sha256": sha256(content),
    }  # fmt: skip
