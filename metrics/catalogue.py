"""What an indicator is called, what it is made of, and how its parts relate to its total."""

from db.definitions import Catalogue, Indicator, Kind, catalogue
from db.language import translate

__all__ = ["Catalogue", "Indicator", "Kind", "catalogue", "counts_once", "label", "leaves"]


def leaves(meanings: dict[str, Indicator], code: str) -> list[str]:
    """The entered indicators a figure is made of, itself where it is entered; in order, each once."""
    parts = meanings[code].parts
    found = [leaf for part in parts for leaf in leaves(meanings, part)] if parts else [code]
    return list(dict.fromkeys(found))


def counts_once(known: Catalogue, code: str) -> bool:
    """Whether one entry may be seen by several communities while the street counts it once."""
    return known.kinds[known.indicators[code].kind].covers


def label(meaning: Indicator, language: str = "zh") -> str:
    """当面咨询（人次）: the name with its unit, as headings show it."""
    return translate("{name}（{unit}）", language, name=meaning.name[language], unit=meaning.unit[language])
