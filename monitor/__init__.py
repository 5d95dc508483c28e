"""A true, sourced, up-to-date timeline about a standing question."""

__version__ = "0.1.0"
