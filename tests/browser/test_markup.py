from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.chromium import Browser
    from tests.browser.conftest import Sandbox

SCRIPT = """
    const names = { person: (id) => ({ U1: "Ann" })[id] ?? id, channel: (id) => ({ C1: "sre" })[id] };
    return import("/static/mrkdwn.js").then(({ mrkdwn }) => {
      const box = document.createElement("div");
      box.append(...mrkdwn(arguments[0], names));
      for (const link of box.querySelectorAll("a")) {
        for (const name of ["target", "rel", "title"]) link.removeAttribute(name);
      }
      return box.innerHTML;
    });
"""


@pytest.fixture(scope="module")
def page(chromium: Browser, shared: Sandbox) -> Iterator[Browser]:
    chromium.open(shared.url)
    yield chromium
    chromium.open("about:blank")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~gone~ `code`", "<strong>bold</strong> <em>it</em> <s>gone</s> <code>code</code>"),
        ("*_both_* snake_case_name 2*3*4", "<strong><em>both</em></strong> snake_case_name 2*3*4"),
        ("*one\ntwo*", "*one<br>two*"),
        ("** *** __", "** *** __"),
        (
            "*<https://a.example/?b=1&amp;c|d *e*>*",
            '<strong><a href="https://a.example/?b=1&amp;c">d *e*</a></strong>',
        ),
        ("`*not bold*` &lt;b&gt; &amp;lt;", "<code>*not bold*</code> &lt;b&gt; &amp;lt;"),
        ("```a\n  *b*```", '<pre class="code">a\n  *b*</pre>'),
        ("&gt; quoted\n> still\nnot", "<blockquote>quoted<br>still</blockquote>not"),
        ("<@U1|x>", '<span class="mention">@Ann</span>'),
        ("<#C1>", '<a class="mention" href="#C1">#sre</a>'),
        ("<!here>", '<span class="mention everyone">@here</span>'),
        ("<!subteam^S1|@oncall>", '<span class="mention">@oncall</span>'),
        ("<javascript:alert(1)|click>", "click"),
        ("<data:text/html,x>", "data:text/html,x"),
        (":fire:", '<span role="img" aria-label="fire" title=":fire:">🔥</span>'),
        (":nonsense: 10:30:45 :constructor:", ":nonsense: 10:30:45 :constructor:"),
        ("\ue000 <https://a.example/>", '\ue000 <a href="https://a.example/">https://a.example/</a>'),
        (
            "<!date^86400^{date_num}|x>",
            '<time datetime="1970-01-02T00:00:00.000Z" title="x">1970-01-02</time>',
        ),
        ("<https://meet.google.com/abc-mnop-xyz|Call>", '<a href="/meet/abc-mnop-xyz">Call</a>'),
        ("<http://127.0.0.1:1/document/1d-_x|Report>", '<a href="/document/1d-_x">Report</a>'),
        ("<https://docs.google.com/document/d/1d-_x/edit|Report>", '<a href="/document/1d-_x">Report</a>'),
        ("<https://maple.slack.com/archives/C1|there>", '<a href="#C1">there</a>'),
        (
            "<https://maple.slack.com/archives/C1/p1795490782315925?thread_ts=1795490780.000001&amp;cid=C1|it>",
            '<a href="#C1/1795490782.315925">it</a>',
        ),
    ],
)
def test_slack_markup(page: Browser, text: str, html: str) -> None:
    assert page.run(SCRIPT, text) == html
