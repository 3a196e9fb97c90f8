"""Answers in HTML as mail programs and help desks write them around the mail that they answer, with what is new."""

from __future__ import annotations

from html import escape

from tests.client_mail import APPLE, GMAIL, NEW, OLD, OUTLOOK, OUTLOOK_MOBILE, PHONE, THUNDERBIRD, WHO


def html_of(text: str) -> str:
    """The text as paragraphs of HTML."""
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))


def _html() -> dict[str, tuple[str, str]]:
    """By name, an HTML text and what is new in it."""
    cases: dict[str, tuple[str, str]] = {}
    for language, new in NEW.items():
        said, old = html_of(new), html_of(OLD)
        headers = "<br>".join(
            f"<b>{escape(line.split(':')[0])}:</b>{escape(line.split(':', 1)[1])}"
            for line in OUTLOOK[language].split("\n")
        )
        paragraphs = "".join(
            f"<p class=MsoNormal>{line or '&nbsp;'}<o:p></o:p></p>" for line in new.split("\n")
        )
        cases |= {
            f"Gmail ({language})": (
                f'<div dir="ltr">{said}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr"'
                f' class="gmail_attr">{escape(GMAIL[language])}<br></div><blockquote class="gmail_quote" style="margin:0'
                f' 0 0 .8ex">{old}</blockquote></div>',
                new,
            ),
            f"Gmail, below ({language})": (
                f'<div class="gmail_attr">{escape(GMAIL[language])}<br></div><blockquote class="gmail_quote">{old}'
                f'</blockquote><div dir="ltr">{said}</div>',
                new,
            ),
            f"Apple Mail ({language})": (
                f"<html><body>{said}<div><br><div>{PHONE[language]}</div><div><br><blockquote type='cite'>"
                f"{escape(APPLE[language])}<br><br></blockquote></div><blockquote type='cite'>{old}</blockquote></div></body></html>",
                new,
            ),
            f"Thunderbird ({language})": (
                f'<div class="moz-cite-prefix">{escape(THUNDERBIRD[language])}<br></div><blockquote type="cite"'
                f' cite="mid:1@x.example">{old}</blockquote>{said}<div class="moz-signature">-- <br>Saga</div>',
                new,
            ),
            f"Outlook ({language})": (
                f"<html><head><style>p.MsoNormal {{margin:0}}</style></head><body><div class=WordSection1>{paragraphs}"
                "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p"
                f" class=MsoNormal>{headers}<o:p></o:p></p></div></div>{old}</div></body></html>",
                new,
            ),
            f"Outlook, web ({language})": (
                f'<div class="elementToProof">{said}</div><div id="Signature"><div>Saga Lind</div><div>+46 90 123</div></div>'
                f'<div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg"'
                f' dir="ltr">{headers}<div>&nbsp;</div></div>{old}',
                new,
            ),
            f"Outlook, mobile ({language})": (
                f'<div dir="auto">{said}</div><div id="ms-outlook-mobile-signature">{escape(OUTLOOK_MOBILE[language].split("<")[0])}</div>'
                f'<div id="mail-editor-reference-message-container"><hr><div id="divRplyFwdMsg"><b>{headers}</div>{old}</div>',
                new,
            ),
        }
    return cases | _odd_html()


def _odd_html() -> dict[str, tuple[str, str]]:
    new = NEW["en"]
    said, old = html_of(new), html_of(OLD)
    return {
        "Yahoo": (
            f'<div class="ydp1yahoo-style-wrap">{said}</div><div id="ydp2yahoo_quoted_7" class="ydp2yahoo_quoted"><div>'
            f"On Friday, 20 November 2026 at 10:02:11 GMT+1, {escape(WHO)} wrote:</div>{old}</div>",
            new,
        ),
        "Proton Mail": (
            f'<div>{said}</div><div class="protonmail_signature_block"><div>Sent with <a href="https://proton.me/">Proton'
            f' Mail</a> secure email.</div></div><div class="protonmail_quote">On Friday, {escape(WHO)} wrote:<br>'
            f"<blockquote>{old}</blockquote></div>",
            new,
        ),
        "GMX": (
            f'<div style="font-family: Verdana">{said}<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0'
            f' 10px 10px; border-left:2px solid #C3D9E5;"><div><b>Gesendet:</b>&nbsp;Freitag<br><b>Von:</b>&nbsp;Anna<br>'
            f"<b>An:</b>&nbsp;shop<br><b>Betreff:</b>&nbsp;A lamp</div><div name='quoted-content'>{old}</div></div></div>",
            new,
        ),
        "Freshdesk": (
            f'<div>{said}</div><div class="freshdesk_quote"><blockquote class="freshdesk_quote">On Fri, 20 Nov at 10:02'
            f" AM , Anna Berg wrote:<br>{old}</blockquote></div>",
            new,
        ),
        "Help Scout": (
            f'<div>--- Reply above this line ---</div><div>{said}</div><div class="hs-quote"><p>On Fri, Nov 20, 2026 at'
            f" 10:02am, Anna Berg &lt;anna@shopper.example&gt; wrote:</p>{old}</div>",
            new,
        ),
        "iPhone, a signature in it": (
            f'<div dir="ltr">{said}</div><div dir="ltr"><br></div><div id="AppleMailSignature">Sent from my iPhone</div>'
            f'<div dir="ltr"><br><blockquote type="cite">On 20 Nov 2026, at 10:02, Anna wrote:<br><br></blockquote></div>'
            f'<blockquote type="cite">{old}</blockquote>',
            new,
        ),
        "a closing": (f"{said}<p>Best regards,<br>Saga Lind</p><p>Fjord &amp; Field<br>+46 90 123</p>", new),
        "a table": ("<table><tr><td>Lamp</td><td>89 euros</td></tr></table>", "Lamp 89 euros"),
        "answers between": (
            "<blockquote type=cite><p>In green?</p></blockquote><p>Yes.</p><blockquote type=cite><p>How much?</p>"
            "</blockquote><p>89 euros.</p>",
            "Yes.\n\n89 euros.",
        ),
    }


HTML = _html()
