"""The door: the ASGI application. `streamlit run app.py` and `uvicorn app:app` both serve it.

The pages are registered one by one in pages/shell/main.py. Streamlit's own folder mode, which a `pages/` beside
the main script would turn on, would serve a page before anything of ours had run.
"""

import gc
import sys
from pathlib import Path

ROOT = Path(__file__).parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import pandas  # noqa: E402, F401
import plotly.graph_objects  # noqa: E402, F401
import sqlalchemy  # noqa: E402, F401
import streamlit as st  # noqa: E402

# Streamlit collects garbage after every script run: keep it from walking the libraries each time.
gc.collect()
gc.freeze()

app = st.App(ROOT / "pages" / "shell" / "main.py")

if __name__ == "__main__":
    app.run()
