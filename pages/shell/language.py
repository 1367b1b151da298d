"""The language of this visit: Chinese unless the address or the switch says otherwise."""

import streamlit as st

from db.language import LANGUAGES, Problem, Refusal, translate

KEY = "lang"


def language() -> str:
    """ "zh" or "en"."""
    asked, written = st.query_params.get(KEY), st.session_state.get(f"{KEY}/address")
    chosen = asked if asked and asked != written else st.session_state.get(KEY)
    return chosen if chosen in LANGUAGES else "zh"


def _(message: str, **params: object) -> str:
    """A Chinese message in the visit's language, its {placeholders} filled."""
    return translate(message, language(), **params)


def said(refusal: Refusal | Problem) -> str:
    """A refusal in the visit's language, as Markdown: one line each."""
    return refusal.text(language()).replace("\n", "  \n")
