"""Reports once they are filed: the list and the map, the page of one, and what people may do there."""
