"""Debian's Dovecot, an IMAP server that nobody here wrote, run for the tests as an ordinary user on free ports."""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from probes.mail.imap import MailAccount, Security

PASSWORD = "throw-away"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
"""Debian keeps servers where an ordinary user does not look."""
PATIENCE = 20.0
JUNK = "Unerwünschte Post"
"""No name that anybody guesses; the server itself says by \\Junk what it is for."""

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
auth_mechanisms = plain xoauth2
auth_failure_delay = 0
mailbox_idle_check_interval = 1s
mail_location = maildir:{folder}/mail/%u:UTF-8
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
userdb {{
  driver = static
  args = home={folder}/home/%u
}}
namespace inbox {{
  inbox = yes
  mailbox "{junk}" {{
    auto = create
    special_use = \\Junk
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
"""


def why_not() -> str:
    """Why Dovecot cannot be run here; empty when it can."""
    if (program := shutil.which("dovecot", path=PATH)) is None:
        return "the IMAP server Dovecot is not installed: run .ci/install-for-tests as root"
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return (
        "" if version.startswith("2.3.") else f"the tests speak to Dovecot 2.3, and this is {version.strip()}"
    )


class Dovecot:
    """One server with its mail in a folder; start and kill it as often as you like."""

    def __init__(self, folder: Path, introspection_url: str) -> None:
        self.folder = folder
        self.imap_port, self.imaps_port = _free_port(), _free_port()
        self._running: subprocess.Popen[bytes] | None = None
        # As root it would refuse to touch root's mail, so it gets a user that may do nothing else.
        self._user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._write_config(introspection_url)

    def _write_config(self, introspection_url: str) -> None:
        words = {
            "folder": self.folder,
            "user": self._user.pw_name,
            "group": grp.getgrgid(self._user.pw_gid).gr_name,
            "password": PASSWORD,
            "junk": JUNK,
            "imap_port": self.imap_port,
            "imaps_port": self.imaps_port,
        }
        (self.folder / "dovecot.conf").write_text(CONFIG.format(**words))
        (self.folder / "oauth2.conf").write_text(
            f"introspection_mode = post\nintrospection_url = {introspection_url}\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )
        certify(self.folder)
        for path in (self.folder, *self.folder.iterdir()):
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._running = subprocess.Popen(
            [shutil.which("dovecot", path=PATH) or "dovecot", "-F", "-c", str(self.folder / "dovecot.conf")],
            user=self._user.pw_uid,
            group=self._user.pw_gid,
            extra_groups=[],
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while not _answers(self.imap_port):
            log = self.folder / "log"
            assert time.monotonic() < deadline, log.read_text() if log.exists() else "no log"
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it with all its children, as a power cut would."""
        if self._running is not None:
            os.killpg(self._running.pid, 9)
            self._running.wait()
            self._running = None
            (self.folder / "run" / "master.pid").unlink(missing_ok=True)

    def account(self, user: str, security: Security = "none", **others: object) -> MailAccount:
        """A user's mailbox here; whoever knows the password has one."""
        port = self.imaps_port if security == "tls" else self.imap_port
        host = "localhost" if security != "none" else "127.0.0.1"
        return MailAccount(
            address=user,
            smtp_host="127.0.0.1",
            smtp_port=1,
            imap_host=host,
            imap_port=port,
            imap_security=security,
            username=user,
            password=PASSWORD,
            **others,  # type: ignore[arg-type]
        )

    def maildir(self, user: str, folder: str = "INBOX") -> Path:
        """Where a folder of a user lies."""
        home = self.folder / "mail" / user
        return home if folder == "INBOX" else home / f".{folder}"

    def deliver(self, user: str, raw: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Drop a mail into a user's folder, as a delivery agent does; `at` is when it is filed."""
        maildir = self.maildir(user, folder)
        for part in ("tmp", "new", "cur"):
            (maildir / part).mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns()}.{os.getpid()}.test"
        (maildir / "tmp" / name).write_bytes(raw)
        if at is not None:
            os.utime(maildir / "tmp" / name, (at.timestamp(), at.timestamp()))
        self._own(self.folder / "mail")
        (maildir / "tmp" / name).rename(maildir / "new" / name)

    def number_anew(self, user: str) -> None:
        """Give the inbox another UIDVALIDITY, as when a mailbox was deleted and made anew with the same mail."""
        maildir = self.maildir(user)
        uids = maildir / "dovecot-uidlist"
        before = re.search(r"V(\d+)", uids.read_text())
        assert before is not None
        for index in maildir.glob("dovecot*"):
            index.unlink()
        uids.write_text(f"3 V{int(before[1]) + 1} N1\n")
        self._own(self.folder / "mail")

    def save(self, user: str) -> Path:
        """Copy a user's mail, as a backup does."""
        copy = self.folder / f"backup of {user}"
        shutil.copytree(self.maildir(user), copy)
        return copy

    def restore(self, user: str, copy: Path) -> None:
        """Put a copy in the place of a user's mail, while the server is not running."""
        shutil.rmtree(self.maildir(user))
        copy.rename(self.maildir(user))
        self._own(self.folder / "mail")

    def _own(self, top: Path) -> None:
        for path in (top, *top.rglob("*")):
            os.chown(path, self._user.pw_uid, self._user.pw_gid)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            return line.recv(4) == b"* OK"
    except OSError:
        return False


def certify(folder: Path) -> None:
    """Write an authority's certificate, and one of it for localhost with its key."""
    now = datetime.now(UTC)
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority for tests")])

    def certificate(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )

    own = certificate(issuer, authority).add_extension(x509.BasicConstraints(True, None), critical=True)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    theirs = certificate(subject, server).add_extension(names, critical=False)
    for name, made in (("authority", own), ("server", theirs)):
        pem = made.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (folder / f"{name}.pem").write_bytes(pem)
    key = server.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(key)


@contextmanager
def dovecot(folder: Path, introspection_url: str) -> Iterator[Dovecot]:
    """Run a server in `folder`, which its user must be able to reach; ends it."""
    server = Dovecot(folder, introspection_url)
    try:
        server.start()
        yield server
    finally:
        server.kill()
