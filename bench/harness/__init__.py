"""Runs collectors under load and measures what a delivered span costs."""
