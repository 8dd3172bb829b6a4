"""What people type at 3 a.m., and what somebody might type to do harm."""

from __future__ import annotations

from hypothesis import strategies as st

NASTY = '<!channel> & <@U1> *bold* =HYPERLINK("http://x")'

TITLES = (
    NASTY,
    "database is down",
    "Panne d’accès au réseau",
    "{title} {commander} {0} {{x}} %s ${HOME}",
    "&lt;&amp;&gt; &nbsp; `code` ~strike~ _it_ :fire: > quote",
    "\u202eevil\u2066 \u200b",
    "数据库宕机 " * 40,
    "🔥" * 300,
    "<" * 3000,
    "&" * 147,
    "x" * 149,
    "a b " * 2000,
)
"""As `Declare` holds them: on one line, of any length."""

anything = st.text(st.characters(), max_size=400)
"""Text with every character there is, halves of characters among them."""

typed = st.lists(
    st.one_of(
        st.sampled_from(
            ["&", "<", ">", "&amp;", "&lt;", "|", "@zoe", "#ops", "<@U1>", "<!channel>", "http://x.y/z", "\n"]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    ),
    max_size=12,
).map("".join)
"""Text as a person can type it, with much of what Slack reads as its own."""
