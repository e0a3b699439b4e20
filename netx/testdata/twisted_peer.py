"""The other side of the tests that speak with Twisted, see twisted_test.go.

    twisted_peer.py server                 answers each frame with the same frame
    twisted_peer.py client line=PORT ...   sends frames and compares the answers

With tls=FOLDER before these it speaks TLS: the server with cert.pem and key.pem of
that folder, the client as one that trusts ca.pem and asks for localhost.

The server prints a line "NAME PORT" for each framing and then "ready"; it ends
with its standard input. The client prints a line "NAME ok" for each framing, or
what is wrong.
"""

import pathlib
import sys

from twisted.internet import defer, endpoints, protocol, reactor, stdio
from twisted.protocols import basic


class Echo(protocol.Protocol):
    """The bytes as they come."""

    def dataReceived(self, data):
        self.frameReceived(data)

    def sendFrame(self, frame):
        self.transport.write(frame)


class Line(basic.LineReceiver):
    def lineReceived(self, line):
        self.frameReceived(line)

    def sendFrame(self, frame):
        self.sendLine(frame)


class Strings:
    """What netstrings and length prefixes have in common."""

    def stringReceived(self, string):
        self.frameReceived(string)

    def sendFrame(self, frame):
        self.sendString(frame)


class Netstring(Strings, basic.NetstringReceiver):
    pass


class Int8(Strings, basic.Int8StringReceiver):
    pass


class Int16(Strings, basic.Int16StringReceiver):
    pass


class Int32(Strings, basic.Int32StringReceiver):
    pass


FRAMINGS = {
    "echo": Echo,
    "line": Line,
    "netstring": Netstring,
    "int8": Int8,
    "int16": Int16,
    "int32": Int32,
}


def frames(name):
    """The frames that the client of either side sends."""
    sizes = [0, 1, 2, 99, 255]
    if name != "int8":
        sizes += [256, 9999, 16384]
    if name in ("netstring", "int32"):
        sizes += [99999]
    skip = b"\r\n" if name == "line" else b""
    alphabet = bytes(b for b in range(256) if b not in skip)
    return [(alphabet * (size // len(alphabet) + 1))[:size] for size in sizes]


def answering(kind):
    """A protocol that answers with what it got."""

    class Answering(kind):
        def frameReceived(self, frame):
            self.sendFrame(frame)

    return Answering


def asking(kind, name, done):
    """A protocol that sends all frames and waits for the answers."""

    class Asking(kind):
        def connectionMade(self):
            self.left = frames(name)
            self.bytes = b"".join(self.left)
            self.verdict = "too few answers"
            for frame in self.left:
                self.sendFrame(frame)

        def frameReceived(self, frame):
            if name == "echo":  # cut in any way
                good, self.bytes = self.bytes.startswith(frame), self.bytes[len(frame):]
                self.left = [self.bytes] if self.bytes else []
            else:
                good = frame == self.left.pop(0)
            if not good:
                self.verdict = "a wrong answer"
            elif not self.left:
                self.verdict = "ok"
            if not good or not self.left:
                self.transport.loseConnection()

        def connectionLost(self, reason=None):
            done.callback(self.verdict)

    return Asking


def say(*words):
    print(*words, flush=True)


class UntilEOF(protocol.Protocol):
    def connectionLost(self, reason=None):
        if reactor.running:
            reactor.stop()


def listening(folder):
    """An endpoint for a server."""
    if not folder:
        return endpoints.TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1")
    from twisted.internet import ssl

    pem = (folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes()
    options = ssl.PrivateCertificate.loadPEM(pem).options()
    return endpoints.SSL4ServerEndpoint(reactor, 0, options, interface="127.0.0.1")


def connecting(folder, port):
    """An endpoint for a client."""
    at = endpoints.TCP4ClientEndpoint(reactor, "127.0.0.1", port)
    if not folder:
        return at
    from twisted.internet import ssl

    authority = ssl.Certificate.loadPEM((folder / "ca.pem").read_bytes())
    options = ssl.optionsForClientTLS("localhost", trustRoot=authority)
    return endpoints.wrapClientTLS(options, at)


@defer.inlineCallbacks
def server(folder):
    for name, kind in FRAMINGS.items():
        factory = protocol.Factory.forProtocol(answering(kind))
        port = yield listening(folder).listen(factory)
        say(name, port.getHost().port)
    stdio.StandardIO(UntilEOF())
    say("ready")


@defer.inlineCallbacks
def client(folder, ports):
    for arg in ports:
        name, port = arg.split("=")
        done = defer.Deferred()
        factory = protocol.Factory.forProtocol(asking(FRAMINGS[name], name, done))
        yield connecting(folder, int(port)).connect(factory)
        verdict = yield done
        say(name, verdict)
    reactor.stop()


def failed(reason):
    say("failed:", reason.getErrorMessage())
    reactor.stop()


def main():
    args, folder = sys.argv[1:], None
    if args[0].startswith("tls="):
        folder = pathlib.Path(args.pop(0)[len("tls="):])
    run = (lambda: server(folder)) if args[0] == "server" else (lambda: client(folder, args[1:]))
    reactor.callWhenRunning(lambda: run().addErrback(failed))
    reactor.run()


main()
