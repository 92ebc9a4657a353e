"""From a city's bytes to one shape, whatever the city sent: `document.parse` first, then `shapes`, then `coerce`."""
