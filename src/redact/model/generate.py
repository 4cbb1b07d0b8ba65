#!/usr/bin/env python3
"""Writes sensitive.txt: the members of AWS's API models that carry the `sensitive` trait.

    pip install --no-deps --target DIR botocore && python3 generate.py DIR/botocore/data > sensitive.txt

One line a service, by the name that `eventSource` begins with, or that the SDK has for it, as some events do. A line is a list of groups, divided by `|`: the first holds for each
operation, the others begin with the operations that they hold for. A member is `name`, or `parent.name` where another member of
that name is no secret; names are as `redact::key` normalises them, and lists and maps between two names are left out.
What cannot be told apart by two names within one operation is taken for sensitive.
"""

import gzip
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

REQUEST, RESPONSE = "requestparameters", "responseelements"


def normal(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


def load(folder):
    version = max(path for path in folder.iterdir() if path.is_dir())
    for path in version.glob("service-2.json*"):
        raw = path.read_bytes()
        return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


class Model:
    def __init__(self, model, folder):
        self.shapes, self.operations = model["shapes"], model["operations"]
        metadata = model["metadata"]
        prefix = metadata["endpointPrefix"]
        # What stands before a dot tells of a part of the service: `runtime.lex`.
        self.sources = {prefix.split(".")[-1], metadata.get("signingName", prefix).split(".")[-1], folder}

    def inner(self, reference):
        """Returns whether what a member refers to is sensitive, and the structure that it leads to, if any."""
        sensitive = False
        while True:
            shape = self.shapes[reference["shape"]]
            sensitive |= bool(reference.get("sensitive") or shape.get("sensitive"))
            if shape["type"] == "structure":
                return sensitive, reference["shape"]
            inner = shape.get("member") or shape.get("value")
            if not inner:
                return sensitive and shape["type"] != "boolean", None
            reference = inner

    def members(self, operation):
        """Yields (parent, name, sensitive) of each member that a call or its answer may hold."""
        for side, root in (("input", REQUEST), ("output", RESPONSE)):
            if side not in operation:
                continue
            todo, seen = [(root, operation[side]["shape"])], set()
            while todo:
                parent, structure = todo.pop()
                for name, reference in self.shapes[structure]["members"].items():
                    sensitive, below = self.inner(reference)
                    for name in {normal(name), normal(reference.get("locationName", name))} - {""}:
                        yield parent, name, sensitive
                        # What stands below a sensitive member is hidden with it.
                        if below and not sensitive and (name, below) not in seen:
                            seen.add((name, below))
                            todo.append((name, below))


def rows(models):
    """Returns the groups of a service: {operations, or () for all: members}."""
    by_operation = {}
    for model in models:
        for name, operation in model.operations.items():
            by_operation.setdefault(name, set()).update(model.members(operation))
    plain, secret = defaultdict(set), defaultdict(set)
    for name, members in by_operation.items():
        for parent, member, sensitive in members:
            (secret if sensitive else plain)[member].add((parent, name))
    groups = defaultdict(set)
    for member, places in secret.items():
        if not plain[member]:
            groups[()].add(member)
            continue
        parents = {parent for parent, _ in plain[member]}
        left = {place for place in places if place[0] in parents}
        groups[()].update(f"{parent}.{member}" for parent, _ in places - left)
        operations = {operation for _, operation in plain[member]}
        per_operation = defaultdict(set)
        for parent, operation in left:
            per_operation[operation].add(member if operation not in operations else f"{parent}.{member}")
        for operation, found in per_operation.items():
            groups[operation].update(found)
    merged = defaultdict(list)
    for operation in [key for key in groups if key]:
        merged[frozenset(groups.pop(operation))].append(operation)
    result = {(): groups.pop((), set())}
    result.update({tuple(sorted(operations)): members for members, operations in merged.items()})
    return result


def main(data):
    services = defaultdict(list)
    for folder in sorted(path for path in Path(data).iterdir() if path.is_dir()):
        document = load(folder)
        if document:
            model = Model(document, folder.name)
            for source in model.sources:
                services[source.lower()].append(model)
    for source, models in sorted(services.items()):
        groups = rows(models)
        if any(groups.values()):
            general = " ".join(sorted(groups.pop(())))
            special = sorted(",".join(operations) + " " + " ".join(sorted(members)) for operations, members in groups.items())
            print("|".join([f"{source} {general}".rstrip(), *special]))


if __name__ == "__main__":
    main(sys.argv[1])
