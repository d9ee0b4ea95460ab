"""The web pages over HTTPS: a real server, a real browser, terminals that enrol, renew and fetch."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import shutil
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from playwright.sync_api import expect

from contract.configuration.server_settings import Web
from link.credentials import read
from link.enrol import NotEnrolled, enrol, renew
from link.https_opener import opener
from queue_server.enrolment import authority
from queue_server.web import BadWeb
from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD
from queue_server.web.tls import LIFE, SOON, Tls
from tests.browsers import chromium, log_in, new_page
from tests.ports import free_port
from tests.programs import PATIENCE_S, RunningServer, wait_for_port, wait_until
from tests.secure_hall import SecureHall
from tests.web_hall import csrf

TLS = '\n[web]\ntls = "hall"\n'


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureHall]:
    hall = SecureHall(tmp_path_factory.mktemp("https"))
    with (hall.hall / "hall.toml").open("a") as file:
        file.write(TLS)
    hall.open()
    yield hall
    hall.close()


@pytest.fixture(scope="module")
def site(hall: SecureHall) -> Iterator[str]:
    """The address of the pages of a real server, under a certificate of the hall's own authority."""
    port = free_port()
    more = ("--credentials", str(hall.state / "credentials"), "--web", f"127.0.0.1:{port}", "--example-accounts")
    server = RunningServer(hall.hall, hall.state, hall.address, *more)
    server.open()
    wait_for_port(port)
    wait_until(lambda: f"web pages at https://127.0.0.1:{port}/" in server.log)
    yield f"https://127.0.0.1:{port}"
    server.close()


def test_the_staffs_own_listener_is_under_tls_where_the_public_one_is_not(tmp_path: Path) -> None:
    hall, public, staff = SecureHall(tmp_path), free_port(), free_port()
    hall.open()
    more = (
        "--credentials",
        str(hall.state / "credentials"),
        "--web",
        f"127.0.0.1:{public}",
        "--staff-web",
        f"127.0.0.1:{staff}",
    )
    server = RunningServer(hall.hall, hall.state, hall.address, *more)
    server.open()
    try:
        wait_until(lambda: f"web pages at https://127.0.0.1:{staff}/" in server.log)
        assert httpx.get(f"http://127.0.0.1:{public}/", timeout=PATIENCE_S).status_code == 200
        assert httpx.get(f"http://127.0.0.1:{public}/log-in", timeout=PATIENCE_S).status_code == 404
        asked = httpx.get(f"https://127.0.0.1:{staff}/log-in", verify=trusting(hall), timeout=PATIENCE_S)
        assert asked.status_code == 200 and 'name="password"' in asked.text
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{staff}/log-in", timeout=PATIENCE_S)
    finally:
        server.close()
        hall.close()


def trusting(hall: SecureHall) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(hall.state / "ca" / "ca.crt"))


def test_pages_come_under_the_halls_certificate_and_cookies_stay_on_https(hall: SecureHall, site: str) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(site, timeout=PATIENCE_S)
    with httpx.Client(base_url=site, verify=trusting(hall), timeout=PATIENCE_S) as client:
        page = client.get("/log-in")
        answer = client.post("/log-in", data={"name": "admin", "password": EXAMPLE_PASSWORD, "csrf": csrf(page.text)})
        english = client.get("/lang/en")
        cookies = (
            page.headers.get_list("set-cookie") + answer.headers.get_list("set-cookie") + english.headers.get_list("set-cookie")
        )
        assert len(cookies) >= 3 and all("; Secure" in cookie for cookie in cookies if "Max-Age=0" not in cookie)
        assert client.get("/fleet").status_code == 200
        assert "strict-transport-security" not in page.headers  # a browser that does not know the hall must find a way in


def test_a_browser_that_believes_the_halls_certificate_logs_in(hall: SecureHall, site: str) -> None:
    key = _certificate(hall.state).public_key()
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    believed = base64.b64encode(hashlib.sha256(spki).digest()).decode()
    with chromium(f"--ignore-certificate-errors-spki-list={believed}") as browser:
        page = new_page(browser)
        log_in(page, site, "admin", goes_on="/fleet")
        expect(page.locator("#kiosk-1")).to_be_visible()


def test_a_terminal_enrols_renews_and_fetches_over_https(hall: SecureHall, site: str, tmp_path: Path) -> None:
    token, _ = hall.register.new_token("kiosk-1", timedelta(hours=1))
    enrol(site, token, "kiosk-1", tmp_path)
    shown = read(tmp_path)
    assert renew(site, tmp_path, shown.not_after - timedelta(days=100))
    assert read(tmp_path).not_after >= shown.not_after
    with opener(tmp_path / "ca.crt").open(f"{site}/health", timeout=60) as answer:
        assert answer.status == 200
    foreign = authority.make(tmp_path / "another", "another", datetime.now(UTC))
    (tmp_path / "ca.crt").write_text(foreign.pem)
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        opener(tmp_path / "ca.crt").open(f"{site}/health", timeout=60)
    with pytest.raises(NotEnrolled, match="CERTIFICATE_VERIFY_FAILED"):
        renew(site, tmp_path, datetime.now(UTC), at_once=True)


def test_the_certificate_is_renewed_before_it_ends_and_used_at_once(hall: SecureHall, tmp_path: Path) -> None:
    state = tmp_path / "state"
    shutil.copytree(hall.state / "ca", state / "ca")
    moments = [datetime.now(UTC)]
    tls = Tls(Web(tls="hall"), hall=hall.hall, state=state, hosts=["10.0.0.2", "hall.example"], clock=lambda: moments[-1])
    tls.look()
    first = _certificate(state)
    names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "hall.example" in names.get_values_for_type(x509.DNSName)
    assert timedelta(days=390) < first.not_valid_after_utc - moments[0] <= LIFE
    moments.append(first.not_valid_after_utc - SOON - timedelta(days=1))
    tls.look()
    assert _certificate(state) == first
    moments.append(first.not_valid_after_utc - SOON + timedelta(days=1))
    tls.look()
    assert _certificate(state).not_valid_after_utc > first.not_valid_after_utc
    assert _served(tls.context) == _certificate(state).fingerprint(hashes.SHA256())


def test_a_certificate_from_elsewhere_is_served_and_what_is_wrong_with_it_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    web = Web(tls="files", certificate="web.crt", key="web.key")
    now = datetime.now(UTC)
    tls = Tls(web, hall=tmp_path, state=tmp_path, hosts=[], clock=lambda: now)
    with pytest.raises(BadWeb, match=r"web\.crt.*cannot be used"):
        tls.look()
    made = authority.make(tmp_path / "ca", "x", now)
    for name, key in (("web", authority.new_key()), ("another", authority.new_key())):
        certificate = made.for_server("web", ["localhost"], key, now - timedelta(days=9), timedelta(days=8))
        (tmp_path / f"{name}.key").write_bytes(authority.key_pem(key))
        (tmp_path / f"{name}.crt").write_text(authority.pem_of(certificate))
    right = (tmp_path / "web.key").read_bytes()
    shutil.copy(tmp_path / "another.key", tmp_path / "web.key")
    with pytest.raises(BadWeb, match="correct them"):
        tls.look()
    (tmp_path / "web.key").write_bytes(right)
    tls.look()
    assert "browsers refuse it" in caplog.text  # it ended yesterday
    assert _served(tls.context) == x509.load_pem_x509_certificate((tmp_path / "web.crt").read_bytes()).fingerprint(
        hashes.SHA256()
    )


def test_a_hall_without_an_authority_is_told_how_to_get_one(tmp_path: Path) -> None:
    tls = Tls(Web(tls="hall"), hall=tmp_path, state=tmp_path, hosts=[], clock=lambda: datetime.now(UTC))
    with pytest.raises(BadWeb, match="broker-config"):
        tls.look()


def _certificate(state: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((state / "web-tls" / "server.crt").read_bytes())


def _served(context: ssl.SSLContext) -> bytes:
    """The SHA-256 of the certificate that a client is shown."""
    incoming, outgoing, back, forth = ssl.MemoryBIO(), ssl.MemoryBIO(), ssl.MemoryBIO(), ssl.MemoryBIO()
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    client = anybody.wrap_bio(back, forth)
    for _ in range(4):
        for side, ours, theirs in ((client, forth, incoming), (server, outgoing, back)):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
            theirs.write(ours.read())
    shown = client.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown).fingerprint(hashes.SHA256())
