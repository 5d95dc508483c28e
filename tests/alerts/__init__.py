"""Alerts from end to end: a press that grows, and whoever is to be told."""
