"""Reads a STIX bundle with OASIS's validator (stix2-validator) and OASIS's library (stix2), which know nothing of this
project; prints what they say and fails if they complain.

Argument: the bundle.
"""

import json
import sys

import stix2
import stix2validator


def main():
    path = sys.argv[1]
    # Strict: what the standard says should be is a mistake as well, but for two things. 103: random identifiers, where
    # ours are made of what they name, so that an import twice changes nothing. 302: a hash of what a URL leads to,
    # where ours leads to a page.
    options = stix2validator.ValidationOptions(version="2.1", strict=True, disabled="103,302")
    results = stix2validator.validate_file(path, options)
    for result in results.object_results:
        for problem in [*result.errors, *result.warnings][:10]:
            print(result.object_id, problem)
    assert results.is_valid

    with open(path, encoding="utf-8") as file:
        raw = json.load(file)["objects"]
    ids = [item["id"] for item in raw]
    assert len(set(ids)) == len(ids), "an id is there twice"
    with open(path, encoding="utf-8") as file:
        bundle = stix2.parse(file, version="2.1")
    for item in bundle.objects:
        if item.type == "file":
            # The library makes the id itself, by the standard's rule.
            same = stix2.v21.File(hashes=dict(item.hashes), **({"name": item.name} if "name" in item else {}))
            assert same.id == item.id, (same.id, item.id)
        else:
            assert item.created <= item.modified, item.id
        for reference in [item.get("sample_ref"), item.get("created_by_ref"), *item.get("object_refs", [])]:
            assert reference is None or reference in set(ids), reference
    print(f"{len(ids)} objects, valid")


main()
