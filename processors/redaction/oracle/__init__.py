"""A second engine for the same rules, on pyahocorasick and `re`: simple, slow, independent.

It tells what the native engine must find, in tests and with `engine: python`.
"""

from spanloom.processors.redaction.oracle.engine import Redactor

__all__ = ["Redactor"]
