"""Observations of a side kept in a folder, for developing: real dbt is slow, and does the same as long as the project stays."""

import hashlib
import pickle
from pathlib import Path

from project import NOT_COPIED


def remembered(folder, project, observe):
    """What observe() returned for a project with these files and steps; calls it when that is not known."""
    file = Path(folder) / f"{project.name}-{fingerprint(project)}"
    if file.exists():
        return pickle.loads(file.read_bytes())
    observations = observe()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(observations))
    return observations


def fingerprint(project):
    digest = hashlib.sha256(repr((project.steps, project.schema)).encode())
    for path in sorted(project.folder.rglob("*")):
        inner = path.relative_to(project.folder)
        if path.is_file() and not set(inner.parts) & set(NOT_COPIED):
            digest.update(f"{inner}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
