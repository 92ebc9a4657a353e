"""Cities whose GeoReport v2 departs from the standard in more than a flag of `City`."""
