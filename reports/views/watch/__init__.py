"""Watching a part of the map: making an area, its page with feed and sheet, being told by mail, and no longer."""
