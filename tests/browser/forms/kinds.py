"""Forms of kinds that went wrong once: how each is answered, and what was taken for sent, named or filled in wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

JSON = Mapping[str, object]
LABELS = {
    "en": ("Name", "E-mail", "Message", "Send", "Phone"),
    "de": ("Ihr Name", "E-Mail-Adresse", "Ihre Nachricht", "Absenden", "Telefon"),
    "fr": ("Nom complet", "Adresse e-mail", "Votre message", "Envoyer", "Téléphone"),
    "es": ("Nombre y apellidos", "Correo electrónico", "Mensaje", "Enviar", "Teléfono"),
    "sv": ("Ditt namn", "E-postadress", "Meddelande", "Skicka", "Telefonnummer"),
    "ru": ("Ваше полное имя", "Электронная почта", "Сообщение", "Отправить", "Телефон"),
    "he": ("שם מלא", "דואר אלקטרוני", "תוכן ההודעה", "שליחה", "טלפון"),
    "ro": ("Nume și prenume", "Adresa de e-mail", "Mesajul dumneavoastră", "Trimite", "Telefon"),
    "pl": ("Imię i nazwisko", "Adres e-mail", "Treść wiadomości", "Wyślij", "Telefon"),
    "nl": ("Uw naam", "E-mailadres", "Uw bericht", "Versturen", "Telefoonnummer"),
    "fi": ("Nimesi", "Sähköpostiosoite", "Viesti", "Lähetä", "Puhelinnumero"),
}
COVER = "<style>.under { position: relative } .under::after { content: ''; position: absolute; inset: 0; z-index: 9 }</style>"
"""A layer over whatever has the class `under`, which takes all clicks."""
POST = "fetch(location, {method: 'POST', body: new URLSearchParams(new FormData(f))})"


@dataclass(frozen=True)
class Kind:
    """One page, and what it is answered when it is sent, once after the other; the last answer stays.

    An answer is a page as text, a JSON object, or an address to go to, which begins with a slash.
    """

    language: str
    inside: str = ""
    script: str = ""
    answers: Sequence[str | JSON] = ("",)
    whole: str = ""
    around: tuple[str, str] = (
        "<header>Lamps since 1950</header><nav>Lamps</nav>",
        "<footer>Fjordfield Ltd</footer>",
    )
    names: str = ""
    keys: tuple[str, ...] = field(default=("name", "email", "message"))

    def page(self, above: str = "", inside: str = "", values: Mapping[str, str] | None = None) -> str:
        """The page with its form, with what was sent before where it is shown again."""
        if self.whole:
            return self.whole
        name, mail, text, send, _ = LABELS[self.language]
        given = values or {}
        named = self.names or f"<p><label>{name} <input name=name value='{given.get('name', '')}'></label>"
        form = (
            f"<form id=f method=post>{named}"
            f"<p><label>{mail} <input type=email name=email required value='{given.get('email', '')}'></label>"
            f"{inside or self.inside}<p><label>{text} <textarea name=message required>{given.get('message', '')}</textarea>"
            f"</label><p><button>{send}</button></form>"
        )
        return self.framed(above + form) + (f"<script>{self.script}</script>" if self.script else "")

    def framed(self, body: str) -> str:
        """A page of this site with something in its middle."""
        return f"<!doctype html><html lang={self.language}><title>Shop</title>{self.around[0]}<main>{body}</main>{self.around[1]}"


def in_page(then: str) -> str:
    """A script that sends the form by itself, and then does something with the `answer`."""
    return f"f.onsubmit = async (e) => {{ e.preventDefault(); const answer = await {POST}; {then} }};"


def phone(language: str, more: str = "") -> str:
    return f"<p class=field><label>{LABELS[language][4]} <input name=phone type=tel></label>{more}"


CF7 = """document.querySelector('form').onsubmit = async (e) => { e.preventDefault(); const form = e.target;
const said = await (await fetch(location, {method: 'POST', body: new FormData(form)})).json();
form.querySelectorAll('.wpcf7-not-valid-tip').forEach((el) => el.remove());
form.querySelectorAll('[aria-invalid]').forEach((el) => { el.ariaInvalid = 'false'; el.classList.remove('wpcf7-not-valid'); });
for (const each of said.invalid_fields || []) { const wrap = form.querySelector(`[data-name="${each.field}"]`);
 const el = wrap.querySelector('.wpcf7-form-control'); el.classList.add('wpcf7-not-valid'); el.ariaInvalid = 'true';
 wrap.insertAdjacentHTML('beforeend', `<span class="wpcf7-not-valid-tip" aria-hidden="true">${each.message}</span>`); }
form.className = 'wpcf7-form ' + {validation_failed: 'invalid', mail_sent: 'sent', spam: 'spam'}[said.status];
form.querySelector('.wpcf7-response-output').textContent = said.message; if (said.status === 'mail_sent') form.reset(); };"""


def contact_form_7(language: str, topics: str = "") -> str:
    """The plug-in's markup as it is drawn, with its own way to show what was answered."""
    name, mail, text, send, tel = LABELS[language]

    def control(key: str, label: str, more: str) -> str:
        return f"<p><label> {label}<br><span class='wpcf7-form-control-wrap' data-name='{key}'>{more}</span></label></p>"

    common = "class='wpcf7-form-control wpcf7-text' aria-required=true aria-invalid=false"
    return (
        f"<!doctype html><html lang={language}><div class='wpcf7 no-js' id='wpcf7-f6-p12-o1'><div class='screen-reader-response'>"
        "<p role=status aria-live=polite aria-atomic=true></p><ul></ul></div><form method=post class='wpcf7-form init' novalidate>"
        "<div style='display:none'><input type=hidden name=_wpcf7 value=6></div>"
        + control("your-name", name, f"<input size=40 {common} type=text name=your-name>")
        + control("your-email", mail, f"<input size=40 {common} type=email name=your-email>")
        + control(
            "your-tel",
            tel,
            "<input size=40 class='wpcf7-form-control wpcf7-tel' aria-invalid=false type=tel name=your-tel>",
        )
        + topics
        + control(
            "your-message",
            text,
            "<textarea cols=40 rows=10 class='wpcf7-form-control wpcf7-textarea' name=your-message></textarea>",
        )
        + f"<p><input class='wpcf7-form-control wpcf7-submit' type=submit value='{send}'><span class='wpcf7-spinner'></span></p>"
        f"<div class='wpcf7-response-output' aria-hidden=true></div></form></div><script>{CF7}</script>"
    )


CF7_TOPICS = (
    "<p>Warum schreiben Sie? (Pflichtfeld)<br><span class='wpcf7-form-control-wrap' data-name='topics'>"
    "<span class='wpcf7-form-control wpcf7-checkbox wpcf7-validates-as-required'>"
    + "".join(
        f"<span class=wpcf7-list-item><input type=checkbox name='topics[]' value='{each}'>"
        f"<span class=wpcf7-list-item-label>{each}</span></span>"
        for each in ("Lob", "Beschwerde", "Sonstiges")
    )
    + "</span></span></p>"
)
FORMIDABLE = (
    "<div class='frm_forms'><form method=post class='frm-show-form'><div class=frm_form_fields><fieldset><legend class=frm_screen_reader"
    " style='position:absolute;width:1px;height:1px;overflow:hidden'>Contact Us</legend><div class=frm_fields_container>"
    "<div class='frm_form_field form-field frm_required_field frm_top_container'><label for=field_a class=frm_primary_label>{0} "
    "<span class=frm_required>*</span></label><input id=field_a name='item_meta[1]' data-reqmsg='{0}' aria-required=true "
    "aria-describedby=desc_a aria-invalid=false><div class=frm_description id=desc_a>{1}</div></div>"
    "<div class='frm_form_field form-field frm_required_field frm_hidden_container'><label for=field_b style='visibility:hidden'>"
    "{2} <span class=frm_required>*</span></label><input id=field_b name='item_meta[2]' aria-required=true "
    "aria-describedby=desc_b aria-invalid=false><div class=frm_description id=desc_b>{2}</div></div>"
)


OSTICKET = (
    "<!doctype html><html lang=en-us><title>Support Center</title><div id=header><a href='/kind/home'>Support Center Home</a></div>"
    "<h1>Open a New Ticket</h1><p>Please fill in the form below to open a new ticket.</p><form id=ticketForm method=post>"
    "<table width=800><tbody><tr><td colspan=2><hr><div class=form-header><b>Contact Information</b></div></td></tr>"
    "<tr><td colspan=2 style='padding-top:10px'><label for=_9a><span class=required>Email Address <span class=error>*</span></span><br>"
    "<input type=email id=_9a name=x9a size=40 maxlength=64 placeholder=''></label></td></tr>"
    "<tr><td colspan=2><label for=_8b><span class=required>Full Name <span class=error>*</span></span><br>"
    "<input type=text id=_8b name=x8b size=40 maxlength=64></label></td></tr>"
    "<tr><td colspan=2><label for=_7c><span class=''>Phone Number</span><br><input id=_7c type=tel name=x7c> Ext: "
    "<input type=text name='x7c-ext' size=5></label></td></tr></tbody>"
    "<tbody><tr><td colspan=2><hr><div class=form-header style='margin-bottom:0.5em'><b>Help Topic</b></div></td></tr><tr><td colspan=2>"
    "<select id=topicId name=topicId><option value='' selected>&mdash; Select a Help Topic &mdash;</option><option value=1>Report a Problem"
    "</option><option value=2>General Inquiry</option></select> <font class=error>*&nbsp;</font></td></tr></tbody>"
    "<tbody id=dynamic-form></tbody></table><hr><p class=buttons style='text-align:center'><input type=submit value='Create Ticket'>"
    "<input type=reset name=reset value=Reset><input type=button name=cancel value=Cancel></p></form>"
    "<script>topicId.onchange = () => setTimeout(() => { document.getElementById('dynamic-form').innerHTML = `<tr><td colspan=2><hr>"
    "<div class=form-header><h3>Ticket Details</h3><div>Please Describe Your Issue</div></div></td></tr><tr><td colspan=2><label for=_6d>"
    "<span class=required>Issue Summary <span class=error>*</span></span><br><input type=text id=_6d name=x6d size=40 maxlength=50>"
    "</label></td></tr><tr><td colspan=2><div style='margin-bottom:0.5em'><textarea id=_5e name=x5e style='display:none'></textarea>"
    "<div class='redactor-box'><div class='redactor-styles redactor-in' contenteditable=true dir=auto placeholder='Details on the reason(s)"
    " for opening the ticket.' aria-label='Details on the reason(s) for opening the ticket.' style='min-height:75px'></div></div></div>"
    "</td></tr>`; document.querySelector('.redactor-in').oninput = (e) => { _5e.value = e.target.innerText; }; }, 500);</script>"
)
FLUENT = (
    "<!doctype html><html lang=en><title>Contact</title><header>Lamps</header><div class='fluentform ff-default fluentform_wrapper_1'><form method=post "
    "class='frm-fluent-form fluent_form_1 ff-el-form-top' novalidate><fieldset style='border:none!important'><legend class=ff_screen_reader_title"
    " style='position:absolute;width:1px;height:1px;overflow:hidden'>Contact Form Demo</legend>"
    "<div data-type=name-element data-name=names class='ff-field_container ff-name-field-wrapper'><div class=ff-t-container>"
    "<div class='ff-t-cell'><div class='ff-el-group'><div class='ff-el-input--label asterisk-right'><label for=ff_first>First Name</label></div>"
    "<div class=ff-el-input--content><input type=text name='names[first_name]' id=ff_first class=ff-el-form-control placeholder='First Name' aria-invalid=false></div></div></div>"
    "<div class='ff-t-cell'><div class='ff-el-group'><div class='ff-el-input--label asterisk-right'><label for=ff_last>Last Name</label></div>"
    "<div class=ff-el-input--content><input type=text name='names[last_name]' id=ff_last class=ff-el-form-control placeholder='Last Name' aria-invalid=false></div></div></div></div></div>"
    "<div class=ff-el-group><div class='ff-el-input--label ff-el-is-required asterisk-right'><label for=ff_email>Email</label></div>"
    "<div class=ff-el-input--content><input type=email name=email id=ff_email class=ff-el-form-control placeholder='Email Address' aria-invalid=false aria-required=true></div></div>"
    "<div class=ff-el-group><div class='ff-el-input--label asterisk-right'><label for=ff_subject>Reference</label></div>"
    "<div class=ff-el-input--content><input type=text name=subject id=ff_subject class=ff-el-form-control placeholder='Order number' aria-invalid=false></div></div>"
    "<div class=ff-el-group><div class='ff-el-input--label ff-el-is-required asterisk-right'><label for=ff_message>Your Message</label></div>"
    "<div class=ff-el-input--content><textarea name=message id=ff_message class=ff-el-form-control rows=4 aria-required=true></textarea></div></div>"
    "<div class='ff-el-group ff-text-left ff_submit_btn_wrapper'><button type=submit class='ff-btn ff-btn-submit ff-btn-md'>Submit Form</button></div>"
    "</fieldset></form></div><script>const form = document.querySelector('form'); form.onsubmit = async (e) => { e.preventDefault();"
    " const said = await (await fetch(location, {method: 'POST', body: new URLSearchParams({data: new URLSearchParams(new FormData(form)), action: 'fluentform_submit'})})).json();"
    " document.querySelectorAll('.error').forEach((el) => el.remove());"
    " for (const [name, errors] of Object.entries(said.errors || {})) { const group = form.elements[name].closest('.ff-el-group');"
    " group.classList.add('ff-el-is-error'); group.querySelector('.ff-el-input--content').insertAdjacentHTML('beforeend',"
    " `<div class='error text-danger' role=alert>${Object.values(errors)[0]}</div>`); }"
    " if (said.success) form.outerHTML = `<div class=ff-message-success role=status aria-live=polite><p>${said.data.result.message}</p></div>`; };</script>"
)


def formidable(language: str, label: str, first: str, last: str) -> Kind:
    """The two parts of a name below one label, as that program ships them."""
    return Kind(
        language, names=FORMIDABLE.format(label, first, last) + "</div></fieldset></div>", answers=("Thanks",)
    )


OPEN = "l.hidden = false; b.ariaExpanded = 'true'"
LIST = (
    "<p id=q>{0} *</p><div class=under><div id=b role=combobox tabindex=0 aria-labelledby=q aria-required=true aria-expanded=false "
    "aria-controls=l>{1}</div><ul id=l role=listbox hidden style='position:relative;z-index:{2}'>{3}</ul></div><input type=hidden name=topic>"
)
KEYS = (
    "let at = -1; const all = [...l.children]; b.onkeydown = (e) => { if (e.key === 'ArrowDown') { e.preventDefault(); "
    + OPEN
    + "; "
    "at = Math.min(at + 1, all.length - 1); b.setAttribute('aria-activedescendant', all[at].id); }"
    "if (e.key === 'Enter' && at >= 0) { e.preventDefault(); b.textContent = f.topic.value = all[at].textContent; l.hidden = true; } };"
)


def covered_list(label: str, unchosen: str, options: Sequence[str]) -> str:
    """A drop-down list that lies, with its choices, under another layer."""
    items = "".join(f"<li role=option id=o{number}>{each}" for number, each in enumerate(options))
    return COVER + LIST.format(label, unchosen, 1, items)


def covered_select(label: str, unchosen: str, options: Sequence[str]) -> str:
    """A select that is hidden behind what stands for it, which lies under another layer and knows no keys."""
    return COVER + (
        f"<p><label for=s>{label} *</label><select id=s name=topic required style='display:none'><option value=''>{unchosen}"
        f"{''.join(f'<option>{each}' for each in options)}</select></p><div class=under><span role=combobox tabindex=0"
        f" aria-expanded=false aria-labelledby=c><span id=c>{unchosen}</span></span></div>"
    )


TOPICS = (
    "<fieldset><legend>Topic</legend><label><input type=checkbox name=topic value=Praise> Praise</label>"
    "<label><input type=checkbox name=topic value=Complaint> Complaint</label>{0}</fieldset>"
)
KINDS = {
    # What proves that it was sent.
    "reloads-empty": Kind("de", answers=("=",), script="", inside="<script src=/kind/missing.js></script>"),
    "reloads-beside-news": Kind("sv", answers=("+<p>Nyhet: nu även golvlampor!</p>",)),
    "to-the-home-page": Kind("es", answers=("/kind/home",)),
    "address-thanks": Kind("fr", answers=("/kind/merci-de-votre-visite",)),
    "parameter-thanks": Kind("fi", answers=("/kind/parameter-thanks?sent=1",)),
    "parameter-refuses": Kind("nl", answers=("/kind/parameter-refuses?sent=0",)),
    "gives-way": Kind("pl", script=in_page("f.outerHTML = '<p>Sprawa 4711'"), answers=("ok",)),
    "same-page-gives-way": Kind("ro", answers=("~<p>Dosarul 4711</p>",)),
    "gives-way-to-trouble": Kind("sv", script=in_page("f.outerHTML = '<p>Något gick fel, försök igen'"), answers=("ok",)),
    "empties": Kind("he", script=in_page("f.reset()"), answers=("ok",)),
    "only-counts": Kind(
        "ru",
        script="f.onsubmit = (e) => { e.preventDefault(); navigator.sendBeacon('/kind/count', 'page=contact'); f.reset(); };",
    ),
    "thanks-alone": Kind("nl", script="f.onsubmit = (e) => { e.preventDefault(); f.outerHTML = '<p>Bedankt voor uw bericht'; };"),
    "thanks-in-title": Kind("en", answers=("<!doctype html><title>Thank you for your message</title><h1>Case 4711</h1>",)),
    # Refusals with status 200.
    "cf7": Kind(
        "de",
        whole=contact_form_7("de", CF7_TOPICS),
        answers=(
            {
                "status": "validation_failed",
                "message": "In einem oder mehreren Feldern ist ein Fehler aufgetreten.",
                "invalid_fields": [{"field": "your-tel", "message": "Bitte füllen Sie dieses Feld aus.", "idref": None}],
            },
            {"status": "mail_sent", "message": "Vielen Dank für Ihre Nachricht. Sie wurde gesendet."},
        ),
    ),
    "cf7-spam": Kind(
        "fr",
        whole=contact_form_7("fr"),
        answers=({"status": "spam", "message": "Une erreur est survenue lors de l’envoi de votre message."},),
    ),
    "cf7-never": Kind(
        "es",
        whole=contact_form_7("es"),
        answers=(
            {
                "status": "validation_failed",
                "message": "Uno o más campos tienen un error. Inténtelo de nuevo.",
                "invalid_fields": [{"field": "your-tel", "message": "El número de teléfono no es válido.", "idref": None}],
            },
        ),
    ),
    "refuses-in-secret": Kind(
        "en", script=in_page("f.reset()"), answers=({"success": False, "data": {"message": "Nonce is stale"}},)
    ),
    "names-the-field": Kind("es", inside=phone("es"), answers=("!<ul><li>El Teléfono no puede estar vacío</ul>", "Gracias por escribirnos")),
    "always-names": Kind("es", inside=phone("es"), answers=("!<ul><li>El Teléfono no es válido</ul>",)),
    "beside-the-field": Kind(
        "pl", inside=phone("pl"), answers=(f"?{phone('pl', '<span class=field-error>Wypełnij to</span>')}", "Dziękujemy za wiadomość")
    ),
    "answers-in-json": Kind(
        "en",
        inside="<p><label for=p>Phone</label> <input id=p name=phone type=tel>"
        "<div class=invalid-feedback hidden>Please provide a number.</div>",
        script=in_page(
            "const said = await answer.json(); if (said.ok) f.outerHTML = '<p>Thank you for your message';"
            " else { p.classList.add('is-invalid'); p.nextElementSibling.hidden = false; }"
        ),
        answers=({"errors": {"phone": ["required"]}}, {"ok": True}),
    ),
    "boxes-late": Kind(
        "en",
        inside=TOPICS.format(""),
        answers=("?" + TOPICS.format("<span class=error>Please choose at least one.</span>"), "Thank you for your message"),
    ),
    "fails-and-empties": Kind(
        "de", script=f"f.onsubmit = (e) => {{ e.preventDefault(); {POST.replace('location', repr('/kind/no/where'))}.finally(() => f.reset()); }};"
    ),
    # Under another layer.
    "list-by-key": Kind(
        "sv", inside=covered_list("Vad gäller det?", "Välj …", ("Beröm", "Reklamation", "Övrigt")), script=KEYS, answers=("Tack för ditt brev",)
    ),
    "list-by-value": Kind(
        "de", inside=covered_select("Worum geht es?", "Bitte wählen", ("Lob", "Beschwerde", "Sonstiges")), answers=("Vielen Dank",)
    ),
    "list-by-nothing": Kind("en", inside=covered_list("What is it about?", "Please choose", ("Praise", "Complaint"))),
    "covered-box": Kind(
        "he", inside=COVER + "<p class=under><label><input type=checkbox name=agreed value=yes required> אני מאשר את מדיניות הפרטיות</label>",
        answers=("תודה על פנייתך",),
    ),
    "covered-all": Kind(
        "en",
        inside="<div style='position:fixed;inset:0;z-index:99'></div><p><label>Topic * <select name=topic required><option value=''>Choose"
        "<option>Praise<option>Complaint</select></label><p><span id=c role=checkbox tabindex=0 aria-checked=false aria-required=true>"
        "I accept the privacy policy *</span><input type=hidden name=agreed>",
        script="c.onkeydown = (e) => { if (e.key === ' ') { e.preventDefault(); c.ariaChecked = 'true'; f.agreed.value = 'yes'; } };",
        answers=("Thank you for your message",),
    ),
    "covered-radios": Kind(
        "fr",
        inside=COVER + "<fieldset class=under><legend>Motif *</legend><label><input type=radio name=topic value=a required> Éloge</label>"
        "<label><input type=radio name=topic value=b required> Réclamation</label></fieldset>",
        answers=("Merci pour votre message",),
    ),
    # One label for two parts of a name.
    "parts-below": Kind(
        "en",
        names="<div>Name *<br><span><input name=a required><small>First</small></span>"
        "<span><input name=b required><small>Last</small></span></div>",
        answers=("Thank you for your message",),
    ),
    "formidable": formidable("en", "Name", "First", "Last"),
    "formidable-fr": formidable("fr", "Nom", "Prénom", "Nom"),
    "formidable-ru": formidable("ru", "Имя", "Имя", "Фамилия"),
    "vorname-name": Kind(
        "de", names="<p><label>Name * <input name=a></label><p><label>Vorname * <input name=b></label>", answers=("Vielen Dank",)
    ),
    # Boxes of which one has to be ticked.
    "boxes-fieldset": Kind(
        "fi",
        inside="<fieldset><legend>Mistä on kyse? *</legend>"
        + "".join(f"<label><input type=checkbox name=topic value={each}> {each}</label>" for each in ("Kehu", "Valitus", "Muu"))
        + "</fieldset>",
        answers=("Kiitos viestistäsi",),
    ),
    "boxes-star": Kind(
        "ro",
        inside="<style>.must::after { content: ' *' }</style><div><label class=must>Despre ce este vorba</label><div>"
        + "".join(f"<div><input type=checkbox id=x{each} name=x{each}><label for=x{each}>{each}</label></div>" for each in ("Laude", "Reclamație"))
        + "</div></div>",
        answers=("Mulțumim pentru mesaj",),
    ),
    "boxes-without-title": Kind(
        "sv",
        inside="<div><label><input type=checkbox name=age required> Jag har fyllt 18 år *</label>"
        "<label><input type=checkbox name=true required> Mina uppgifter stämmer *</label></div>",
        answers=("Tack för ditt meddelande",),
    ),
    # As these programs draw them.
    "osticket": Kind("en", whole=OSTICKET, answers=("Thank you for contacting us. A support ticket request has been created.",)),
    "osticket-refuses": Kind("en", whole=OSTICKET, answers=("!",)),
    "fluent": Kind(
        "en",
        whole=FLUENT,
        answers=(
            {"errors": {"subject": {"required": "This field is required"}}},
            {"success": True, "data": {"insert_id": 7, "result": {"message": "Thank you for your message.", "action": "hide_form"}}},
        ),
    ),
    "fluent-without-script": Kind("en", whole=FLUENT.replace("<script", "<script type=missing"), answers=(FLUENT.replace("<script", "<script type=missing"),)),
    "boxes-of-two-sorts": Kind(
        "nl",
        inside="<div><label><input type=checkbox name=ok required> Ik ga akkoord met de privacyverklaring</label>"
        "<label><input type=checkbox name=news> Ik wil de nieuwsbrief</label></div>",
        answers=("Bedankt voor uw bericht",),
    ),
}  # fmt: skip
"""In answers, `=` is the same page once more, `+` that with something above its form, `~` the page around something else, `!`
the page with what was sent and something above it, `?` the same with another part inside."""
