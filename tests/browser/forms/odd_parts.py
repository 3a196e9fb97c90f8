"""Forms with odd parts, one page each: what stands in the usual form besides, or a whole page of its own."""

from __future__ import annotations

FIELDS = "<label>Name <input name=name></label><label>E-mail <input name=email></label>"
MESSAGE = "<label>Message <textarea name=message></textarea></label>"
FORM = f"<form method=post action=/send/{{name}}>{FIELDS}{MESSAGE}<button>Send</button></form>"
COMBO = (
    "<label id=l>Topic *</label><button type=button id=b aria-haspopup=listbox aria-labelledby=l>Select a topic</button>"
    "<input type=hidden name=topic><ul role=listbox hidden></ul><script>const list = document.querySelector('ul');"
    "b.onclick = () => { list.hidden = false; setTimeout(() => { list.innerHTML = '<li role=option>Select a topic'"
    " + '<li role=option>Sales<li role=option>Complaints'; }, 900); };"
    "list.onclick = (e) => { document.forms[0].topic.value = b.textContent = e.target.textContent; list.hidden = true; };"
    "</script>"
)
COUNTRY = (
    "<label>Country code * <select name=code required><option value=''>+…</option><option>Austria (+43)</option>"
    "<option>United Kingdom (+44)</option><option>Zimbabwe (+263)</option></select></label>"
    "<label>Phone * <input type=tel name=tel required pattern='[0-9 ]{9,12}'></label>"
)
RADIOS = (
    "<fieldset><legend>Reply by *</legend><div role=radiogroup aria-label='Reply by' aria-required=true>"
    "<div role=radio aria-checked=false tabindex=0>Telephone</div><div role=radio aria-checked=false tabindex=-1>E-mail</div>"
    "</div></fieldset><input type=hidden name=by><script>document.querySelectorAll('[role=radio]').forEach((el) => {"
    "el.onclick = () => { el.ariaChecked = 'true'; document.forms[0].by.value = el.textContent; }; });</script>"
)
TIMES = (
    "<label>Date of purchase * <input type=date name=day required max=2020-05-31></label>"
    "<label>When did it happen? * <input type=datetime-local name=at required min=2030-01-01T08:00></label>"
)
LOOSE_RADIOS = (
    "<div><p>How did you hear of us? *</p><ul><li><input type=radio id=r1 name=how value=web><label for=r1>The web</label>"
    "<li><input type=radio id=r2 name=how value=other><label for=r2>Other</label></ul></div>"
)
CUT_OFF = (
    "<div style='position:relative;overflow:hidden;height:30px'><p>Thank you!</p>"
    "<label style='position:absolute;top:60px'>Subject <input name=trap></label></div>"
)
STYLED = (
    "<style>.must::after { content: ' *' }</style><label class=must for=t>Topic of a kind</label>"
    "<select id=t name=kind><option value=''>…<option>Question<option>Complaint</select>"
)
BOX = (
    "<div id=box hidden style='position:fixed;inset:0;background:#0008'><div style='background:#fff'><p>{ask}</p>{buttons}</div></div>"
    "<script>document.forms[0].onsubmit = (e) => {{ e.preventDefault(); {then} box.hidden = false; }};"
    "box.querySelectorAll('button')[0].onclick = () => {{ box.hidden = true; }};"
    "box.querySelectorAll('button')[1].onclick = () => document.forms[0].submit();</script>"
)
INSIDE = {
    "upload": "<label>Receipt * <input type=file name=receipt accept='.doc,.pdf' required></label>",
    "odd-upload": "<label>Receipt * <input type=file name=receipt accept='.docx' required></label>",
    "combo": COMBO,
    "nice": "<label for=n>Topic *</label><select id=n name=topic required style='display:none'><option value=''>Choose"
    "<option>Sales<option>Complaints</select><div class=nice-select tabindex=0><span>Choose</span><ul hidden><li>Sales</ul></div>",
    "country": COUNTRY,
    "pop-up": "<div id=box hidden style='position:fixed;bottom:0'><p>Need help? Ask Eve.</p><button type=button>Yes, please</button></div>"
    "<script>document.forms[0].onsubmit = (e) => { e.preventDefault(); box.hidden = false; setTimeout(() => e.target.submit(), 2500); };"
    "box.querySelector('button').onclick = () => fetch('/send/pop-up', {method: 'POST'});</script>",
    "agreed": "<fieldset><legend>Do you agree to our privacy policy? *</legend><label><input type=radio name=ok value=yes> I agree"
    "</label><label><input type=radio name=ok value=no> I don't agree</label></fieldset>",
    "national": "<label>Phone * <input name=tel required></label><p id=no role=alert></p><script>document.forms[0].tel.onblur = (e) => {"
    " const ok = /^08-465 004 [0-9]{2}$/.test(e.target.value); e.target.ariaInvalid = String(!ok);"
    " no.textContent = ok ? '' : 'A number of our area, please'; };</script>",
    "radios": RADIOS,
    "times": TIMES,
    "badge": "<div class='grecaptcha-badge' style='position:fixed;bottom:14px;right:0'><iframe width=256 height=60"
    " src='/recaptcha/api2/anchor?size=invisible'></iframe></div>",
    "at-need": "<div class=cf-turnstile data-appearance=interaction-only></div>",
    "friendly": "<div class=frc-captcha data-sitekey=x>Click to start verification</div>",
    "riddle": "<label>Bitte lösen Sie: 7 - 2 = <input name=riddle required></label>",
    "scored": "",
    "challenged": "<script>document.forms[0].onsubmit = (e) => { e.preventDefault(); document.body.insertAdjacentHTML("
    '\'beforeend\', \'<div style="position:fixed;top:0"><iframe width=400 height=580 src="/recaptcha/api2/bframe?k=x">'
    "</iframe></div>'); };</script>",
    "short": "<script>document.forms[0].message.maxLength = 20</script>",
    "long": "<script>document.forms[0].message.minLength = 4000</script>",
    "cutting": "<script>document.forms[0].message.oninput = (e) => { e.target.value = e.target.value.slice(0, 30); }</script>",
    "emptying": "<script>document.forms[0].message.onchange = (e) => { e.target.value = ''; }</script>",
    "year": "<label>Year of birth * <input type=number name=year min=1900 max=2010 required></label>",
    "unanswered": "<label>Favourite animal * <input name=animal></label><label>Shoe * <input name=shoe readonly required></label>",
    "loose-radios": LOOSE_RADIOS,
    "cut-off": CUT_OFF,
    "styled": STYLED,
    "ten-digits": "<label>Order number * <input name=order required pattern='[0-9]{10}' maxlength=10></label>",
    "in-words": "<label>Please solve: five plus 3 = <input name=sum required></label>",
    "other-mail": "<label><input type=checkbox name=news value=yes> I agree to receive other communications</label>",
    "really": "<script>document.forms[0].onsubmit = () => confirm('Do you really want to send this?');</script>",
    "emptied": "",
    "asks": BOX.format(
        then="",
        ask="Really send this?",
        buttons="<button type=button>Cancel</button><button type=button>Yes, send</button>",
    ),
    "asks-late": BOX.format(
        then="fetch('/saved/asks-late', {method: 'POST'});",
        ask="Really send this?",
        buttons="<button type=button>Cancel</button><button type=button>Yes, send</button>",
    ),
    "sending": "<script>document.forms[0].onsubmit = (e) => { e.preventDefault(); const b = document.querySelector('button');"
    " b.textContent = 'Sending?'; };</script>",
    "twice": "<script>let pressed = 0; document.forms[0].onsubmit = (e) => { if (pressed++) e.preventDefault(); }; "
    "document.querySelector('button').onclick = (e) => setTimeout(() => { e.target.disabled = true; }, 0);</script>",
}
PAGES = {
    "editor": f"<form method=post action=/send/editor onsubmit='message.value = e.innerText'>{FIELDS}<p>Your message</p>"
    "<div id=e contenteditable=true style='border:1px solid;min-height:80px'></div><input type=hidden name=message id=message>"
    "<button>Send</button></form>",
    "editor-frame": f"<form method=post action=/send/editor-frame onsubmit='message.value = frames[0].document.body.innerText'>"
    f"{FIELDS}<p>Your message</p><iframe width=500 height=150 srcdoc='<body contenteditable=true><p><br></p>'></iframe>"
    "<input type=hidden name=message id=message><button>Send</button></form>",
    "closed": "<div id=h></div><script>h.attachShadow({mode: 'closed'}).innerHTML = `" + FORM.format(name="closed") + "`</script>",
    "outside": f"<form id=f method=post action=/send/outside>{FIELDS}{MESSAGE}</form><footer><button form=f>Send</button></footer>",
    "no-button": f"<form method=post action=/send/no-button>{FIELDS}{MESSAGE}<div class=submit-row>"
    "<div class=my-submit onclick='document.forms[0].submit()'>Send</div></div></form>",
    "enter": f"<form method=post action=/send/enter>{MESSAGE}{FIELDS}</form><script>document.forms[0].addEventListener("
    "'keydown', (e) => { if (e.key === 'Enter' && e.target.matches('input')) document.forms[0].submit(); });</script>",
    "sticky": "<header style='position:sticky;top:0;height:60vh;background:#fff'>Shop</header><div style='height:3000px'></div>"
    + FORM.format(name="sticky") + "<footer style='position:fixed;bottom:0;height:25vh;width:100%;background:#ddd'>Offers</footer>",
    "door-link": "<nav><a href=/door-link>Contact</a></nav><a href=/plain>Send us a message</a>",
    "door-window": "<p>Questions? <a target=_blank href=/plain>Online form</a></p>",
    "door-away": "<p><a href='https://forms.example/acme'>Contact form</a></p>",
    "door-tab": "<div role=tablist><button role=tab>Call us</button><button role=tab onclick='p.hidden = false'>Write to us</button>"
    "</div><div id=p role=tabpanel hidden>" + FORM.format(name="door-tab") + "</div>",
    "door-fold": "<details><summary>Contact form</summary>" + FORM.format(name="door-fold") + "</details>",
    "door-box": "<button onclick='d.showModal()'>Send a message</button><dialog id=d>" + FORM.format(name="door-box") + "</dialog>",
    "late-field": f"<form method=post action=/send/late-field><label>Topic * <select name=topic required><option value=''>Choose"
    f"<option>Complaint<option>Order</select></label>{FIELDS}<div id=more></div><button>Send</button></form><script>"
    f"document.forms[0].topic.onchange = () => setTimeout(() => {{ more.innerHTML = '{MESSAGE}'; }}, 700);</script>",
    "shown-again": FORM.format(name="shown-again").replace("<button>Send", "<button>Continue"),
    "onwards": FORM.format(name="onwards").replace("<button>Send", "<button>Continue"),
    "thanked": FORM.format(name="thanked").replace("<button>Send", "<button>Continue") + "<script>document.forms[0].onsubmit = async (e) => {"
    " e.preventDefault(); await fetch('/send/thanked', {method: 'POST', body: new URLSearchParams(new FormData(e.target))});"
    " document.body.innerHTML = `<h1>Thank you for your message</h1><form method=post action=/send/thanked>"
    "<label>E-mail address <input name=email></label><button>Continue</button></form>`; };</script>",
    "newsletter-first": "<form method=post action=/send/newsletter><label>E-mail <input name=email></label><button>OK</button></form>"
    "<div id=late></div><script>setTimeout(() => { late.innerHTML = `" + FORM.format(name="newsletter-first") + "`; }, 1500);</script>",
    "elsewhere": "<h1>Sorry</h1><p>Our service is not available in your country.</p>",
}  # fmt: skip
"""Each is a whole page; a door has its form behind a link, a tab, a heading that unfolds or a button."""
STEPWISE = {"one-at-a-time": "one_at_a_time.html", "door": "one_at_a_time.html", "by-key": "by_key.html"}
"""Each shows one question at a time."""
STATUSES = {"out-of-order": (500, "<h1>Internal error</h1>"), "guarded": (503, "<p>Checking your browser…</p>"),
            "law": (451, "<h1>Unavailable</h1>")}  # fmt: skip
