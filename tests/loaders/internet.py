"""A small internet on loopback: real HTTP and HTTPS servers behind any host name."""

from __future__ import annotations

import datetime
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from loaders._web import Web


@dataclass
class Request:
    """What a server was asked."""

    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    reply: BaseHTTPRequestHandler

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answers; a header's underscores stand for hyphens."""
        self.reply.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.reply.send_header(name.replace("_", "-"), value)
        self.reply.end_headers()
        self.reply.wfile.write(body)


@dataclass
class Internet:
    """Hosts are answered by `answer`; each name stands for 127.0.0.1, or for what `names` says."""

    answer: Callable[[Request], None]
    web: Web = field(init=False)
    names: dict[str, list[str]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)

    def resolve(self, host: str, port: int) -> list[tuple[str, int]]:
        self.resolved.append(host)
        return [(address, self.ports[port]) for address in self.names.get(host, ["127.0.0.1"])]


@contextmanager
def internet(folder: Path, answer: Callable[[Request], None]) -> Iterator[Internet]:
    """Both servers, running; `web` reaches 127.0.0.1 and no other address."""
    world = Internet(answer)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = _certificates(folder)
    tls.load_cert_chain(folder / "server.pem")
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _handler(world)) for _ in range(2)]
    servers[1].socket = tls.wrap_socket(servers[1].socket, server_side=True)
    world.ports = {80: servers[0].server_port, 443: servers[1].server_port}
    world.web = Web(
        is_allowed=lambda address: str(address) == "127.0.0.1",
        resolve=world.resolve,
        tls=ssl.create_default_context(cadata=authority),
        max_seconds=10,
    )
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield world
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _handler(world: Internet) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(headers["host"], parts.path, query, headers, self)
            world.asked.append(request)
            world.answer(request)

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


HOSTS = ["example.test", "other.test", "api.figma.com", "www.figma.com", "www.youtube.com", "www.googleapis.com"]


def _certificates(folder: Path) -> str:
    """Writes server.pem for HOSTS; the certificate of the authority that signed it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")])
    now = datetime.datetime.now(datetime.UTC)
    alternative = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + public)
    return public.decode()
