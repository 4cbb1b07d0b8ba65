#!/usr/bin/env python3
"""Writes `words.txt`: the words that names of AWS's operations and errors are made of, but for those that speak to somebody.

Reads the API models of botocore (`pip install botocore`).
"""

import pathlib
import re

import botocore.session

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+")
# No name of an operation or an error has to have these.
SPOKEN = {"are", "assistant", "forget", "ignore", "ignored", "me", "my", "now", "please", "prompt", "you", "your"}


def main():
    session = botocore.session.get_session()
    known = set()
    for service in session.get_available_services():
        model = session.get_service_model(service)
        names = set(model.operation_names)
        for shape in map(model.shape_for, model.shape_names):
            if shape.type_name == "structure" and shape.metadata.get("exception"):
                names |= {shape.name, shape.metadata.get("error", {}).get("code") or shape.name}
        for name in names:
            known.update(word.lower() for word in WORD.findall(name))
    words = sorted(word for word in known if word not in SPOKEN)
    pathlib.Path(__file__).with_name("words.txt").write_text("\n".join(words) + "\n")


main()
