"""Contact-form probes through planning, worker and mailbox: sent once, answered by mail, proved by mail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ChannelName, Wording
from audit_app.services.probes.planning import plan_due
from tests.integration.probes import probe_factories as make
from tests.integration.probes import probe_scene


def test_a_mail_to_the_probes_own_address_proves_that_the_form_was_sent(session: Session) -> None:
    touchpoint = make.touchpoint(
        session, channel=ChannelName.CONTACT_FORM, address="https://fjordfield.example/c"
    )
    make.campaign(session, touchpoint)
    (probe,) = plan_due(session, make.NOW)
    probe.state, probe.sending_at = ProbeState.SEND_UNKNOWN, make.NOW
    session.commit()

    later = make.NOW + timedelta(minutes=5)
    probe_scene.mail(session, later, "We have received your message.", to=probe.from_address)

    assert probe.state is ProbeState.SENT
    assert probe.sent_earliest == make.NOW
    assert probe.sent_latest is not None
    assert later <= probe.sent_latest < later + timedelta(seconds=1)
    assert probe.outcome is not Outcome.EXCLUDED


def test_a_form_without_a_wording_of_its_own_says_what_an_email_would(session: Session) -> None:
    touchpoint = make.touchpoint(
        session, channel=ChannelName.CONTACT_FORM, address="https://fjordfield.example/c"
    )
    campaign = make.campaign(session, touchpoint)
    (probe,) = plan_due(session, make.NOW)
    by_mail = next(each for each in campaign.scenarios[0].wordings if each.channel is ChannelName.EMAIL)
    assert (probe.channel, probe.message_id) == (ChannelName.CONTACT_FORM, None)
    assert probe.text == by_mail.text.replace("{name}", probe.persona.name).replace(
        "{location}", touchpoint.location.name
    )


def test_a_forms_own_wording_comes_before_that_of_an_email(session: Session) -> None:
    touchpoint = make.touchpoint(
        session, channel=ChannelName.CONTACT_FORM, address="https://fjordfield.example/c"
    )
    campaign = make.campaign(session, touchpoint)
    campaign.scenarios[0].wordings.append(
        Wording(channel=ChannelName.CONTACT_FORM, language=campaign.personas[0].language, text="By form")
    )
    session.flush()
    (probe,) = plan_due(session, make.NOW)
    assert probe.text == "By form"
