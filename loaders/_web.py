"""HTTP for addresses that people type: nothing but the public internet is ever reached by it.

Each address is resolved once; every address that its name stands for must be public; the connection goes to that very
address (so a name that resolves differently the next moment changes nothing); the same again at each redirect. A proxy
in the environment is not used, as it would resolve names itself.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from loaders._errors import DocumentTooLarge, FetchFailed, ForbiddenAddress

MAX_BYTES = 200 << 20
MAX_SECONDS = 60.0
_MAX_REDIRECTS = 8
_SILENCE = 15.0  # seconds without a byte
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_PIECE = 1 << 16
_MAX_ADDRESSES = 3  # of one name that are tried
_SAFE = "!$%&'()*+,-./:;=?@_~[]"  # what a path and a query keep as it is (RFC 3986), and what is quoted already
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Tenkyo)",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: IpAddress) -> bool:
    """Whether anybody may be asked to fetch from it: global unicast, also once the IPv4 address inside is unwrapped."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(inside)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve(host: str, port: int) -> Sequence[tuple[str, int]]:
    """Every (address, port) that the system's resolver gives for a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(sockaddr[0]), int(sockaddr[1])) for *_, sockaddr in found]


@dataclass(frozen=True, slots=True)
class Response:
    """What came from `url`, where redirects led to; `media_type` is in small letters, "" where nothing is said."""

    url: str
    data: bytes
    media_type: str
    charset: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Web:
    """Gets addresses. The fields are what decides where it may go: tests let it reach a server on loopback."""

    is_allowed: Callable[[IpAddress], bool] = is_public
    resolve: Callable[[str, int], Sequence[tuple[str, int]]] = resolve
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    max_bytes: int = MAX_BYTES
    max_seconds: float = MAX_SECONDS

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """The content of an address. `headers` (a token) go to its own host only, never where it redirects to.

        Raises ForbiddenAddress, FetchFailed, DocumentTooLarge.
        """
        deadline = time.monotonic() + self.max_seconds
        sent = dict(headers or {})
        for _ in range(_MAX_REDIRECTS + 1):
            parts = _checked(url)
            reply, data = self._exchange(parts, sent, deadline)
            target = reply.getheader("Location", "") if reply.status in _REDIRECTS else ""
            if not target:
                return _response(parts.geturl(), reply, data)
            url = urljoin(url, target)
            sent = sent if url.startswith(f"https://{parts.netloc}/") else {}
        raise FetchFailed("This address redirects too often.", "Open it in a browser and save what it shows.")

    def _exchange(
        self, parts: SplitResult, headers: Mapping[str, str], deadline: float
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = _Pinned(parts, self._addresses(parts), self.tls)
        # A server that drips bytes would outlast any timeout of a single read.
        timer = threading.Timer(max(0.0, deadline - time.monotonic()), connection.cut)
        timer.daemon = True
        timer.start()
        try:
            target = parts._replace(scheme="", netloc="").geturl() or "/"
            connection.request("GET", target, headers={**_HEADERS, **headers})
            reply = connection.getresponse()
            data = b"" if reply.status in _REDIRECTS else _body(reply, self.max_bytes)
            if not connection.was_cut:
                return reply, data
            failure: Exception = TimeoutError()
        except (OSError, http.client.HTTPException, zlib.error) as error:
            failure = error
        finally:
            timer.cancel()
            connection.close()
        if connection.was_cut:
            raise FetchFailed(
                f"The address took longer than {self.max_seconds:.0f} s.", "Try again later."
            ) from failure
        reason = f"{type(failure).__name__}: {failure}"[:200]
        raise FetchFailed(f"{parts.hostname} does not answer ({reason}).", "Try again later.") from failure

    def _addresses(self, parts: SplitResult) -> Sequence[tuple[str, int]]:
        host = parts.hostname or ""
        try:
            found = self.resolve(host, _PORTS[parts.scheme])
        except (OSError, UnicodeError) as error:
            raise FetchFailed(f"No server called {host} is known.", "Check the address and the connection.") from error
        if not found or not all(self.is_allowed(ipaddress.ip_address(address)) for address, _ in found):
            raise _forbidden(f"{host} is not on the public internet.")
        return found


def _checked(url: str) -> SplitResult:
    """The parts of an address that may be fetched; its path and query in ASCII, its fragment gone."""
    if "\\" in url or any(c <= " " or c == "\x7f" for c in url):
        raise _forbidden("There are characters in this address that no address has.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError as error:
        raise _forbidden("This is not an address.") from error
    if parts.scheme not in _PORTS or not host:
        raise _forbidden("Only addresses that begin with http:// or https:// are fetched.")
    if "@" in parts.netloc:
        raise _forbidden("There is a login in this address.")
    if port not in (None, _PORTS[parts.scheme]):
        raise _forbidden(f"Port {port} is not a port of web pages.")
    netloc = f"[{host}]" if ":" in host else host
    return SplitResult(parts.scheme, netloc, quote(parts.path or "/", _SAFE), quote(parts.query, _SAFE), "")


def _forbidden(message: str) -> ForbiddenAddress:
    return ForbiddenAddress(message, "Only public web addresses are fetched; save the file and add that instead.")


def _body(reply: http.client.HTTPResponse, limit: int) -> bytes:
    coding = reply.getheader("Content-Encoding", "identity").lower()
    if coding not in ("identity", "", "gzip", "deflate", "x-gzip"):
        raise http.client.HTTPException(f"unknown coding {coding}")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding not in ("identity", "") else None
    data = bytearray()
    if int(reply.getheader("Content-Length") or 0) > limit:
        raise _too_large(limit)
    while piece := reply.read1(_PIECE):
        while piece:
            data += unpack.decompress(piece, _PIECE) if unpack else piece
            piece = unpack.unconsumed_tail if unpack else b""
            if len(data) > limit:
                raise _too_large(limit)
    if reply.length:
        raise http.client.IncompleteRead(b"", reply.length)
    return bytes(data + unpack.flush()) if unpack else bytes(data)


def _too_large(limit: int) -> DocumentTooLarge:
    return DocumentTooLarge(f"There is more than {limit / 1e6:,.0f} MB at this address.", "Add a part of it.")


def _response(url: str, reply: http.client.HTTPResponse, data: bytes) -> Response:
    if reply.status != 200:
        login = "It may need a login or a token; " if reply.status in (401, 403, 404) else ""
        hint = f"{login}open it in a browser, save the page or file, and add that.".capitalize()
        raise FetchFailed(f"The server says: {reply.status} {reply.reason}.", hint)
    said = reply.headers
    media_type = said.get_content_type() if "Content-Type" in said else ""
    return Response(url, data, media_type, said.get_content_charset(""), said.get_filename("") or "")


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were checked, whatever its host's name stands for by now."""

    def __init__(self, parts: SplitResult, addresses: Sequence[tuple[str, int]], tls: ssl.SSLContext) -> None:
        super().__init__(parts.netloc, _PORTS[parts.scheme], timeout=_SILENCE)
        self.default_port = _PORTS[parts.scheme]  # so that the Host header names none
        self.was_cut = False
        self._addresses = addresses[:_MAX_ADDRESSES]
        self._tls = tls if parts.scheme == "https" else None
        self._socket: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._socket = self._first()
        if self._tls:
            self.sock = self._socket = self._tls.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def _first(self) -> socket.socket:
        for address in self._addresses[:-1]:
            with contextlib.suppress(OSError):
                return socket.create_connection(address, _SILENCE)
        return socket.create_connection(self._addresses[-1], _SILENCE)

    def cut(self) -> None:
        """Ends it from another thread, while it is being read from."""
        self.was_cut = True
        if self._socket:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # SSLSocket's own would wait for the reader
