"""All models, so that one import knows every table."""

from audit_app.models.action import Action, ActionState
from audit_app.models.alarm import Alarm, AlarmKind
from audit_app.models.base import Base
from audit_app.models.campaign import Campaign, ClockName, Persona, Scenario, ServiceTarget, Wording
from audit_app.models.checklist import Checklist, ChecklistVersion
from audit_app.models.evidence import IMAGES, Evidence, EvidenceKind, is_picture
from audit_app.models.location import ChannelName, FormerHours, Location, Organisation, Region, Touchpoint
from audit_app.models.mail import (
    OWN_COPY,
    IncomingMail,
    MailState,
    MatchKind,
    can_be_taken_back,
    mails_of,
    matched_words,
    unjudged,
    waits_for_mail,
)
from audit_app.models.mailbox import AddressStyle, Mailbox, MailFolder, Security
from audit_app.models.notice import Notice, NoticeState
from audit_app.models.photo import Photo, PhotoPart, PhotoState
from audit_app.models.private_host import PrivateHost
from audit_app.models.probe import Observation, Probe
from audit_app.models.probe_key import KeyKind, ProbeKey
from audit_app.models.review import Appeal, AppealState, Review, ReviewVerdict
from audit_app.models.score import ReplyRating, Score, ScorePolicy
from audit_app.models.session import Device, PasswordReset, SignInLimit, UserSession
from audit_app.models.user import Role, RoleName, User
from audit_app.models.visit import (
    Answer,
    AnswerEdit,
    Assignment,
    AssignmentState,
    EditOutcome,
    Visit,
    VisitState,
)
from audit_app.models.widget import TrialState, WidgetAdapter, WidgetTrial, WidgetVersion

__all__ = [
    "Action",
    "ActionState",
    "AddressStyle",
    "Alarm",
    "AlarmKind",
    "Answer",
    "AnswerEdit",
    "Appeal",
    "AppealState",
    "Assignment",
    "AssignmentState",
    "Base",
    "Campaign",
    "ChannelName",
    "Checklist",
    "ChecklistVersion",
    "ClockName",
    "Device",
    "EditOutcome",
    "Evidence",
    "EvidenceKind",
    "FormerHours",
    "IncomingMail",
    "OWN_COPY",
    "can_be_taken_back",
    "mails_of",
    "matched_words",
    "unjudged",
    "waits_for_mail",
    "IMAGES",
    "is_picture",
    "KeyKind",
    "Location",
    "MailFolder",
    "MailState",
    "MatchKind",
    "Mailbox",
    "Notice",
    "NoticeState",
    "Observation",
    "Organisation",
    "PasswordReset",
    "Persona",
    "Photo",
    "PhotoPart",
    "PhotoState",
    "PrivateHost",
    "Probe",
    "ProbeKey",
    "Region",
    "ReplyRating",
    "Review",
    "ReviewVerdict",
    "Role",
    "RoleName",
    "Scenario",
    "Score",
    "ScorePolicy",
    "Security",
    "ServiceTarget",
    "SignInLimit",
    "Touchpoint",
    "TrialState",
    "User",
    "UserSession",
    "Visit",
    "VisitState",
    "WidgetAdapter",
    "WidgetTrial",
    "WidgetVersion",
    "Wording",
]
