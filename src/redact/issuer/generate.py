#!/usr/bin/env python3
"""Writes shapes.txt: the shapes that issuers give their tokens, from the rules that betterleaks (formerly gitleaks) maintains.

    cargo info kingfisher-rules    # its crate carries betterleaks' configuration, which is MIT
    python3 generate.py CRATE/generated/upstream-sources.json.gz > shapes.txt

Reads the configuration itself as well (`betterleaks.toml`, `gitleaks.toml`). One line a shape: `start`, how a token begins, or `middle`, what
stands in it; then that, a tab, and what follows the beginning, or the whole token, as regular expressions. Rules that tell a token by a
word near it are left out, since `redact::key` knows the words; so is what begins like any word, or holds fewer than sixteen letters more.
"""

import gzip
import json
import re
import sys
import tomllib
from re import _constants as c
from re import _parser

# A beginning or a middle of fewer letters stands in many words.
MIN_LITERAL = 3
# With fewer letters after it, a token is told from words by what is around it alone; after a word, it takes more.
MIN_REST, MIN_AFTER_WORD = 16, 40
# Whom or what a secret belongs to is none: ids, names and hosts; ids of access keys are shortened elsewhere.
NO_SECRET = re.compile(r"(?:^|-)(?:id|identifier|username|user|domain|url|host|hostname|name|endpoint|publishable-key|public-key)(?:\.\d)?$|^aws-access-token")
MOST_REST, MOST_BEGINNINGS = 40, 24

CATEGORIES = {c.CATEGORY_WORD: "A-Za-z0-9_", c.CATEGORY_DIGIT: "0-9"}


def patterns(path):
    raw = gzip.open(path, "rt").read() if path.endswith(".gz") else open(path).read()
    if path.endswith(".gz"):
        raw = next(text for name, text in json.loads(raw).items() if name.endswith("betterleaks.toml"))
    for rule in tomllib.loads(raw)["rules"]:
        if "regex" in rule and not NO_SECRET.search(rule["id"]):
            yield rule["id"], rule["regex"]


def parsed(regex):
    # Go lets flags and named classes stand where Python does not.
    regex = re.sub(r"\[\[:(\w+):\]", lambda m: "[" + {"alnum": "A-Za-z0-9", "xdigit": "A-Fa-f0-9", "digit": "0-9", "alpha": "A-Za-z"}[m[1]], regex)
    regex = re.sub(r"\[:(\w+):\]", lambda m: {"alnum": "A-Za-z0-9", "xdigit": "A-Fa-f0-9", "digit": "0-9", "alpha": "A-Za-z"}[m[1]], regex)
    regex = regex.replace(r"\z", r"\Z")
    flags = 0
    while lead := re.match(r"\(\?([imsx]+)\)", regex):
        flags |= re.IGNORECASE if "i" in lead[1] else 0
        regex = regex[lead.end() :]
    if inner := re.search(r"\(\?i\)", regex):
        regex = regex[: inner.start()] + "(?i:" + regex[inner.end() :] + ")"
    return _parser.parse(regex, flags), bool(flags & re.IGNORECASE)


def groups(tree):
    """Yields the captured groups, outermost first."""
    for op, argument in tree:
        if op is c.SUBPATTERN:
            if argument[0] is not None:
                yield argument[3], argument[1]
            yield from groups(argument[3])
        elif op in (c.MAX_REPEAT, c.MIN_REPEAT):
            yield from groups(argument[2])
        elif op is c.BRANCH:
            for branch in argument[1]:
                yield from groups(branch)


def escaped(char):
    return "\\" + char if char in r"\.+*?()|[]{}^$#&-~/" and char not in "-/~&#" else char


def letters(items, fold):
    """Returns a class as text."""
    out = ""
    for op, argument in items:
        if op is c.NEGATE:
            return None
        if op is c.LITERAL:
            out += "\\" + chr(argument) if chr(argument) in r"\]^-[" else chr(argument)
        elif op is c.RANGE:
            first, last = map(chr, argument)
            both = fold and first.isalpha() and last.isalpha()
            out += f"{first.upper()}-{last.upper()}{first.lower()}-{last.lower()}" if both else f"{first}-{last}"
        elif op is c.CATEGORY:
            if argument not in CATEGORIES:
                raise ValueError("class")
            out += CATEGORIES[argument]
    return out


def text(tree, fold):
    """Returns a tree as a regular expression; assertions are left out, and without case letters stand for both."""
    out = ""
    for op, argument in tree:
        if op is c.LITERAL:
            char = chr(argument)
            out += f"[{char.lower()}{char.upper()}]" if fold and char.isalpha() else escaped(char)
        elif op is c.IN:
            inner = letters(argument, fold)
            if inner is None:
                raise ValueError("negated")
            out += f"[{inner}]"
        elif op is c.ANY:
            out += "[!-~]"
        elif op in (c.MAX_REPEAT, c.MIN_REPEAT):
            least, most, inner = argument
            body = text(inner, fold)
            body = body if len(inner) == 1 and inner[0][0] in (c.IN, c.LITERAL, c.ANY) else f"(?:{body})"
            # A newer token may be longer, and no more than the first letters of one are looked at.
            least = min(least, MOST_REST)
            end = "" if most == c.MAXREPEAT or most >= MIN_REST else most
            out += body + ("?" if (least, end) == (0, 1) else "*" if (least, end) == (0, "") else f"{{{least}}}" if least == end else f"{{{least},{end}}}")
        elif op is c.SUBPATTERN:
            inner = (fold or argument[1] & re.IGNORECASE) and not argument[2] & re.IGNORECASE
            body = text(argument[3], inner)
            out += f"(?:{body})" if body else ""
        elif op is c.BRANCH:
            branches = [text(branch, fold) for branch in argument[1]]
            # What may be nothing is what ends a token.
            out += f"(?:{'|'.join(branches)})" if all(branches) else ""
        elif op is not c.AT and op not in (c.ASSERT, c.ASSERT_NOT):
            raise ValueError(str(op))
    return out


def beginnings(tree):
    """Returns all literals that a tree may begin with, each with what is left of the tree."""
    tree = list(tree)
    if not tree:
        return [("", [])]
    (op, argument), rest = tree[0], tree[1:]
    if op is c.AT:
        return beginnings(rest)
    if op is c.LITERAL:
        return [(chr(argument) + more, left) for more, left in beginnings(rest)]
    if op is c.SUBPATTERN and not argument[1] & re.IGNORECASE:
        return beginnings(list(argument[3]) + rest)
    if op is c.BRANCH:
        found = [one for branch in argument[1] for one in beginnings(list(branch) + rest)]
        return found if len(found) <= MOST_BEGINNINGS else [("", tree)]
    if op is c.IN and all(kind is c.LITERAL for kind, _ in argument):
        found = [(chr(char) + more, left) for _, char in argument for more, left in beginnings(rest)]
        return found if len(found) <= MOST_BEGINNINGS else [("", tree)]
    if op in (c.MAX_REPEAT, c.MIN_REPEAT):
        least, most, inner = argument
        if (least, most) == (0, 1) and inner[0][0] in (c.LITERAL, c.SUBPATTERN):
            found = beginnings(list(inner) + rest) + beginnings(rest)
            return found if len(found) <= MOST_BEGINNINGS else [("", tree)]
        if least == most and least <= 4 and inner[0][0] is c.LITERAL:
            return beginnings(list(inner) * least + rest)
    return [("", tree)]


def length(tree):
    """Returns how many letters a tree has at least."""
    return _parser.SubPattern(_parser.State(), list(tree)).getwidth()[0]


def middle(tree):
    """Returns the longest literal that stands in every token."""
    found, run = "", ""
    for op, argument in tree:
        if op is c.LITERAL:
            run += chr(argument)
            continue
        if op is c.SUBPATTERN and not argument[1] & re.IGNORECASE and all(kind is c.LITERAL for kind, _ in argument[3]):
            run += "".join(chr(char) for _, char in argument[3])
            continue
        found, run = max(found, run, key=len), ""
    return max(found, run, key=len)


def is_word(literal):
    """Tells whether a beginning is a word, or two, as a name may have."""
    return literal.isalpha() and (literal.islower() or literal.istitle()) or len(literal) < MIN_LITERAL


def shapes(regex):
    tree, fold = parsed(regex)
    captured = [inner for inner, _ in groups(tree)]
    secret = list(captured[0] if captured else tree)
    found = beginnings(secret)
    if all(len(start) >= MIN_LITERAL for start, _ in found):
        for start, rest in found:
            least = MIN_AFTER_WORD if is_word(start) else MIN_REST
            if length(rest) >= least:
                yield "start", start, text(rest, fold)
            elif not rest and len(start) >= 2 * MIN_REST:
                yield "start", start, "[A-Za-z0-9+/=_-]*"
        return
    literal = middle(secret)
    if not fold and len(literal) > MIN_LITERAL and length(secret) >= MIN_REST + len(literal) and not is_word(literal):
        yield "middle", literal, text(secret, False)


def main(path):
    rows, left = set(), []
    for name, regex in patterns(path):
        try:
            found = list(shapes(regex))
        except (ValueError, re.error, KeyError, TypeError) as error:
            left.append(f"{name}: {error}")
            continue
        rows.update(found)
        if not found:
            left.append(f"{name}: {regex}")
    print("# Made by generate.py from the rules of betterleaks (https://github.com/betterleaks/betterleaks; MIT, Copyright (c) 2026 Zachary Rice).")
    for kind, literal, rest in sorted(rows):
        # `redact::url` and the shape of a JWT know these.
        if re.fullmatch(r"[!-~]+", literal) and "://" not in literal and not literal.startswith("eyJ"):
            print(f"{kind} {literal}\t{rest}")
    print(f"{len(rows)} shapes; no shape of its own:", *left, sep="\n  ", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
