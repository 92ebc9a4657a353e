"""One form for each question of a report. A form judges what was typed and gives the draft's answer."""
