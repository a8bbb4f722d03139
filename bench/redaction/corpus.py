"""The corpus: prompts that hold one labelled value each, and prompts that hold none."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from redaction.keys import jwt, pem_private_key, vendor_key
from redaction.negatives import FAMILIES
from redaction.texts import LEADS, Split, templates
from redaction.transforms import TRANSFORMS, Hidden, plain
from redaction.values import MAKERS

FILLER = (
    "",
    "",
    "",
    "Hello, I need some help with my account. ",
    "Summarise the following conversation in two sentences.\n\n",
    "Bonjour, ",
    "You are talking to a customer of a shop; be brief. ",
    "Context:\n* the order was placed last week\n* the customer is unhappy\n\n",
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text and the one private value in it.

    Attributes:
        entity: empty where there is none.
        family: of hard negatives; empty otherwise.
        before, value, after: the text; a negative is all `before`.
    """

    entity: str
    family: str
    before: str
    value: str
    after: str

    def hidden(self, transform: str = "none") -> Hidden:
        make = TRANSFORMS[transform] if self.entity else plain
        return make(self.before, self.value, self.after)


def prompts(split: Split, n_each: int, seed: int) -> list[Prompt]:
    """`n_each` prompts of every entity, and as many negatives as there are prompts with one."""
    rng = random.Random(f"{seed} {split}")
    found = [one for entity in LEADS for one in of_entity(entity, split, n_each, rng)]
    return found + list(negatives(len(found), rng))


def of_entity(entity: str, split: Split, n: int, rng: random.Random) -> Iterator[Prompt]:
    choices = templates(entity, split)
    for index in range(n):
        lead, value = made(entity, rng)
        before, _, after = rng.choice([choices[index % len(choices)]]).partition("{}")
        before, after = before.replace("{{", "{"), after.replace("}}", "}")
        yield Prompt(entity, "", rng.choice(FILLER) + before + lead, value, after)


def made(entity: str, rng: random.Random) -> tuple[str, str]:
    """(text that the value needs before it, value)."""
    if entity == "api_key":
        return vendor_key(rng)
    if entity == "jwt":
        return "", jwt(rng)
    if entity == "pem_private_key":
        return "", pem_private_key(rng)
    return "", MAKERS[entity](rng)


def negatives(n: int, rng: random.Random) -> Iterator[Prompt]:
    makers = list(FAMILIES.items())
    for index in range(n):
        family, make = makers[index % len(makers)]
        yield Prompt("", family, rng.choice(FILLER) + make(rng), "", "")
