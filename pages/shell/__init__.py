"""The frame round every page: navigation, language, pickers, the way to a figure's rows."""
