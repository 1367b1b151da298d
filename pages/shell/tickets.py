"""A ticket on the screen: the way to its page, and a form over it that a colleague may have been faster than."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from db.batches import Receipt
from db.language import Refusal
from db.tickets import Conflict
from pages.shell.entries import close, done
from pages.shell.language import _, language, said

TICKET = str(Path(__file__).parent.parent / "ticket.py")


def show(number: str) -> None:
    """Go to a ticket's page. What the page before was asked goes along, so that Back finds it in the address."""
    st.switch_page(TICKET, query_params={**st.query_params.to_dict(), "number": number, "lang": language()})


def attempt(place: str, write: Callable[[], Receipt], saved: str, stored: Callable[[], object]) -> None:
    """Write, or show why not. Where a colleague was faster the form knows theirs (`stored`) from then on, so that
    saving again is a decision; what the form does not touch keeps what the colleague set."""
    try:
        receipt = write()
    except Conflict as conflict:
        st.error(said(conflict))
        st.session_state[f"opened/{place}"].now = stored()
        st.caption(_("已保存的见下方“全部版本”或重新打开的列表。要以您填的为准，请再保存一次；否则请放弃您填的。"))
        st.button(_("放弃我填的"), on_click=close)
    except Refusal as refusal:
        st.error(said(refusal))
    else:
        if receipt.batch is None:
            done(place, _("与已保存的相同，没有更改。"))
        done(place, _("这次提交此前已保存，没有重复计入。") if receipt.repeated else saved)
