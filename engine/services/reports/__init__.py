"""The end of the year: reports of leaders, the year in figures, the methodical conference, slides."""
