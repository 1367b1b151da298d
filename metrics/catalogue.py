"""What an indicator is called, what it is made of, and how its parts relate to its total."""

from db.definitions import Catalogue, Indicator, Kind, catalogue
from db.language import Refusal, translate
from db.measures import windowed

__all__ = ["Catalogue", "Indicator", "Kind", "catalogue", "counts_once", "label", "leaves", "parse_weights", "plain"]


def leaves(meanings: dict[str, Indicator], code: str) -> list[str]:
    """The counted indicators a figure is made of, itself where it is counted; in order, each once.

    A call-back counted by another of its ticket's days is named with it: "hotline.callbacks@closed".
    """
    meaning = meanings[code]
    if not meaning.parts or meaning.adds == "balance":
        return [code]
    found = [windowed(leaf, meaning.counted_on) for part in meaning.parts for leaf in leaves(meanings, part)]
    return list(dict.fromkeys(found))


def plain(leaf: str) -> str:
    """The indicator of a leaf: hotline.callbacks of "hotline.callbacks@closed"."""
    return leaf.partition("@")[0]


def counts_once(known: Catalogue, code: str) -> bool:
    """Whether one entry may be seen by several communities while the street counts it once."""
    return known.kinds[known.indicators[code].kind].covers


def label(meaning: Indicator, language: str = "zh") -> str:
    """当面咨询（人次）: the name with its unit, as headings show it."""
    return translate("{name}（{unit}）", language, name=meaning.name[language], unit=meaning.unit[language])


def parse_weights(text: str) -> tuple[float, ...]:
    """The weights of a ratio's parts as a person writes them: 1, 0.8 → (1.0, 0.8). Raises Refusal for no numbers."""
    try:
        return tuple(float(part) for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip())
    except ValueError:
        raise Refusal("权重应为用逗号分开的数，如 1, 0.8") from None
