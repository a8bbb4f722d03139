"""How well redaction finds what it must find: a seeded corpus, the marks, other tools."""
