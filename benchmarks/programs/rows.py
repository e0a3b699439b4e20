"""The rows of the benchmarks that Twisted has too.

    python3 rows.py

It prints "ready twisted VERSION". Then each line on standard input, "ROW
MILLISECONDS", is answered by "NS_PER_OP COUNT BEST" after the row was run for about
that long, where BEST is the NS_PER_OP of the best slice of some 10 ms, by "none" if
there is no such row here, or by "error TEXT". It ends with its input.

A row is made of a function of how many operations to run. It returns a sum that
proves that they were done, or that and the nanoseconds if it leaves something out, or
a Deferred of one of these.
"""

import re
import sys
from functools import partial
from time import perf_counter_ns

import twisted
from twisted.internet import reactor, stdio
from twisted.internet.defer import (
    Deferred,
    DeferredList,
    gatherResults,
    inlineCallbacks,
    maybeDeferred,
    succeed,
)
from twisted.internet.threads import deferToThread
from twisted.protocols.basic import LineOnlyReceiver

LARGEST = 1_000_000
SLICE_NS = 10_000_000

# Made once: the rows are about Deferreds.
FAILURE = ValueError("the error of the row fail-and-recover")


def inc(v):
    return v + 1


def recover(failure):
    return 1


def callbacks(n, ops):
    total = 0
    for _ in range(ops):
        d = Deferred()
        add = d.addCallback
        for _ in range(n):
            add(inc)
        d.callback(0)
        total += d.result
    return total


def one_callback(ops):
    total = 0
    for _ in range(ops):
        d = Deferred()
        d.addCallback(inc)
        d.callback(0)
        total += d.result
    return total


def answered(v):
    return succeed(v + 1)


def thousand_chained(ops):
    total = 0
    for _ in range(ops):
        d = Deferred()
        add = d.addCallback
        for _ in range(1000):
            add(answered)
        d.callback(0)
        total += d.result
    return total


def fail_and_recover(ops):
    total = 0
    for _ in range(ops):
        d = Deferred()
        d.addErrback(recover)
        d.errback(FAILURE)
        total += d.result
    return total


def many(n, combine, ops):
    total = 0
    for _ in range(ops):
        ds = [Deferred() for _ in range(n)]
        combined = combine(ds)
        for i, d in enumerate(ds):
            d.callback(i)
        total += len(combined.result)
    return total


def race(n, ops):
    """The last one fires; the others have lost, and are left as they are."""
    total = 0
    for _ in range(ops):
        ds = [Deferred() for _ in range(n)]
        first = DeferredList(ds, fireOnOneCallback=True, consumeErrors=True)
        ds[-1].callback(1)
        value, index = first.result
        if index == n - 1:
            total += value
    return total


def positive(v):
    return v > 0


def then_one(ops):
    total = 0
    for _ in range(ops):
        total += succeed(1).addCallback(positive).result
    return total


def then_pending(ops):
    total = 0
    for _ in range(ops):
        d = Deferred()
        d.addCallback(positive)
        d.callback(1)
        total += d.result
    return total


class Hand:
    """What the coroutine of await_pending awaits."""

    d = None


@inlineCallbacks
def wait_for(hand, ops):
    total = 0
    for _ in range(ops):
        hand.d = d = Deferred()
        total += yield d
    return total


def await_pending(ops):
    hand = Hand()
    result = wait_for(hand, ops)
    for _ in range(ops):
        hand.d.callback(1)
    return result


@inlineCallbacks
def await_fired(ops):
    total = 0
    for _ in range(ops):
        total += yield succeed(1)
    return total


@inlineCallbacks
def body(v):
    return v
    yield


def await_create(ops):
    total = 0
    for _ in range(ops):
        total += body(1).result
    return total


def nothing():
    pass


def far(i):
    """When a timer is due that must not fire during a row, spread over a minute."""
    return 1000 + i * 7919 % 60_000 / 1000


def set_cancel(ops):
    """Twisted throws away what was cancelled when the loop turns; so it turns."""
    call_later = reactor.callLater
    done = 0
    while done < ops:
        some = min(ops - done, 1000)
        for i in range(some):
            call_later(far(i), nothing).cancel()
        reactor.runUntilCurrent()
        done += some
    return done


class Beside:
    """n timers that are pending while a row runs."""

    def __init__(self, n):
        self.n = n
        self.pending = []

    def before(self):
        self.pending = [reactor.callLater(far(i), nothing) for i in range(self.n)]
        reactor.runUntilCurrent()

    def after(self):
        for call in self.pending:
            call.cancel()
        self.pending = []
        reactor.runUntilCurrent()


class Counter:
    fired = 0

    def fire(self):
        self.fired += 1


def set_fire(n, ops):
    """Counts the setting and the firing. The time until all are due is left out."""
    counter = Counter()
    fire, call_later = counter.fire, reactor.callLater
    ns = 0
    for op in range(ops):
        began = perf_counter_ns()
        for i in range(n):
            call_later((1 + i % 16) / 1000, fire)
        ns += perf_counter_ns() - began
        due = reactor.seconds() + 0.017
        while reactor.seconds() < due:
            pass
        began = perf_counter_ns()
        while counter.fired < (op + 1) * n:
            reactor.runUntilCurrent()
        ns += perf_counter_ns() - began
    return counter.fired, ns


def work():
    return 1


@inlineCallbacks
def round_trip(ops):
    total = 0
    for _ in range(ops):
        total += yield deferToThread(work)
    return total


class Row:
    """A row: what runs it, what one operation adds to the sum, what is beside it."""

    def __init__(self, run, each, beside=None):
        self.run = run
        self.each = each
        self.beside = beside
        self.batch = 1

    @inlineCallbacks
    def timed(self):
        began = perf_counter_ns()
        result = self.run(self.batch)
        if isinstance(result, Deferred):
            result = yield result
        ns = perf_counter_ns() - began
        if isinstance(result, tuple):
            result, ns = result
        if result != self.batch * self.each:
            raise ValueError(f"the sum of {self.batch} operations is {result} instead of {self.batch * self.each}")
        return ns

    @inlineCallbacks
    def drive(self, milliseconds):
        """Runs until the time is over, in batches that take a millisecond or more.

        Several batches are a slice.
        """
        if self.beside is not None:
            self.beside.before()
        end = perf_counter_ns() + milliseconds * 1e6
        ns = count = slice_ns = slice_count = 0
        best = float("inf")
        try:
            while count == 0 or perf_counter_ns() < end:
                took = yield self.timed()
                ns += took
                count += self.batch
                slice_ns += took
                slice_count += self.batch
                if slice_ns >= SLICE_NS:
                    best = min(best, slice_ns / slice_count)
                    slice_ns = slice_count = 0
                if took < 1e6:
                    self.batch *= 2
        finally:
            if self.beside is not None:
                self.beside.after()
        return f"{ns / count:.2f} {count} {min(best, ns / count):.2f}"


PLAIN = {
    "deferred/one-callback": (one_callback, 1),
    "deferred/ten-callbacks": (partial(callbacks, 10), 10),
    "deferred/thousand-chained": (thousand_chained, 1000),
    "deferred/gather-100": (partial(many, 100, gatherResults), 100),
    "deferred/fail-and-recover": (fail_and_recover, 1),
    "then/one": (then_one, 1),
    "then/pending": (then_pending, 1),
    "await/pending": (await_pending, 1),
    "await/fired": (await_fired, 1),
    "await/create": (await_create, 1),
    "threads/round-trip": (round_trip, 1),
}

SIZED = {
    "chain": lambda n: Row(partial(callbacks, n), n) if n <= 100_000 else None,
    "list": lambda n: Row(partial(many, n, DeferredList), n),
    "gather": lambda n: Row(partial(many, n, gatherResults), n),
    "race": lambda n: Row(partial(race, n), 1),
    "timers/set-cancel": lambda n: Row(set_cancel, 1, Beside(n)),
    "timers/set-fire": lambda n: Row(partial(set_fire, n), n),
}


def make_row(name):
    """Returns a row, or None."""
    if name in PLAIN:
        return Row(*PLAIN[name])
    parts = re.fullmatch(r"(.*)/n=(0|[1-9][0-9]*)", name)
    if parts is None or parts[1] not in SIZED:
        return None
    n = int(parts[2])
    if n > LARGEST or (n == 0 and parts[1] != "timers/set-cancel"):
        return None
    return SIZED[parts[1]](n)


class Rows(LineOnlyReceiver):
    """Answers the lines in their order."""

    delimiter = b"\n"

    def __init__(self):
        self.rows = {}
        self.waiting = []
        self.busy = False
        self.ended = False

    def connectionMade(self):
        self.sendLine(f"ready twisted {twisted.__version__}".encode())

    def lineReceived(self, line):
        self.waiting.append(line.decode())
        self.go_on()

    def go_on(self):
        if self.busy:
            return
        if self.waiting:
            self.busy = True
            d = maybeDeferred(self.answer, self.waiting.pop(0))
            d.addErrback(lambda f: "error " + " ".join(f.getErrorMessage().split()))
            d.addCallback(self.answered)
        elif self.ended:
            self.transport.loseConnection()

    def answer(self, line):
        try:
            name, time = line.split()
            milliseconds = float(time)
        except ValueError:
            milliseconds = 0
        if not milliseconds > 0:
            return f"error a line is ROW MILLISECONDS, not {line!r}"
        if name not in self.rows:
            row = make_row(name)
            if row is None:
                return "none"
            self.rows[name] = row
        return self.rows[name].drive(milliseconds)

    def answered(self, text):
        self.sendLine(text.encode())
        self.busy = False
        reactor.callLater(0, self.go_on)

    def readConnectionLost(self):
        self.ended = True
        self.go_on()

    def connectionLost(self, reason):
        if reactor.running:
            reactor.stop()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit("usage: python3 rows.py")
    stdio.StandardIO(Rows())
    reactor.run()
