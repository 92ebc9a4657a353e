"""Families that depart from GeoReport v2 by their options and a few lines: one module for each."""
