"""An echo server of Twisted, with its epoll reactor where there is one.

    python3 echo.py

It binds 127.0.0.1 on a port of the system's choice, prints "listening ADDRESS", and
echoes until its standard input ends.
"""

import sys

from twisted.internet import reactor, stdio
from twisted.internet.protocol import Factory, Protocol


class Echo(Protocol):
    """Sends back what comes, and stops reading while the peer does not take it."""

    def connectionMade(self):
        self.transport.setTcpNoDelay(True)
        self.transport.registerProducer(self.transport, True)

    def dataReceived(self, data):
        self.transport.write(data)

    def connectionLost(self, reason):
        self.transport.unregisterProducer()


class Input(Protocol):
    """Ends the process with its input."""

    def connectionLost(self, reason):
        if reactor.running:
            reactor.stop()


class EchoFactory(Factory):
    protocol = Echo
    noisy = False


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit("usage: python3 echo.py")
    stdio.StandardIO(Input())
    port = reactor.listenTCP(0, EchoFactory(), backlog=4096, interface="127.0.0.1")
    host = port.getHost()
    print(f"listening {host.host}:{host.port}", flush=True)
    reactor.run()
