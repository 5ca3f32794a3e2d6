"""§5: the session on the data channel."""
import asyncio

from .book import covers
from .envelope import open_envelope
from .records import Record, heads
from .strict import Refused, demand, integer, parse, shape, text, uuid, write

MOST_MESSAGE = 256 * 1024


def read_message(raw):
    """An object with a known `t` and exactly its members."""
    demand(isinstance(raw, str), "binary")
    demand(len(raw.encode()) <= MOST_MESSAGE, "message", "too_large")
    message = parse(raw)
    demand(isinstance(message, dict) and isinstance(message.get("t"), str) and message["t"] in SHAPES, "t")
    SHAPES[message["t"]](message)
    return message


def read_hello(m):
    demand(type(m.get("v")) is not int or m["v"] == 1, "v", "version")
    integer(m.get("v"))
    shape(m, ("t", "v", "agent", "from", "to", "heads", "yours"))
    text(m["agent"], 0, 64), heads(m["heads"]), heads(m["yours"])


def read_call(m):
    shape(m, ("t", "id"), ("sdp", "end"))
    uuid(m["id"])


def an_object(value):
    demand(isinstance(value, dict), "envelope")


SHAPES = {
    "hello": read_hello,
    "card": lambda m: shape(m, ("t", "card")),
    "sealed": lambda m: (integer(shape(m, ("t", "n", "envelope"))["n"], 1), an_object(m["envelope"])),
    "received": lambda m: (integer(shape(m, ("t", "n"), ("envelope",))["n"], 1), an_object(m.get("envelope", {}))),
    "processed": lambda m: an_object(shape(m, ("t", "envelope"))["envelope"]),
    "refused": lambda m: text(shape(m, ("t", "n", "code"), ("head",))["code"], 1, 64),
    "call": read_call,
    "bye": lambda m: shape(m, ("t",)),
}


class Session:
    """Speaks for a Home over a Channel. `seen` keeps what came, for those who test."""

    def __init__(self, home, channel, patience=30):
        self.home, self.channel, self.patience = home, channel, patience
        self.book, self.me, self.them = home.book, home.person.id, home.book.card.id
        self.n, self.unanswered, self.sent_up_to, self.seen, self.refusals = 0, {}, {}, [], []

    def send(self, message):
        self.channel.send(message if isinstance(message, (str, bytes)) else write(message))

    async def next(self, patience=None):
        """The next message, or none when the channel has ended."""
        raw = await asyncio.wait_for(self.channel.incoming.get(), patience or self.patience)
        if raw is None:
            return None
        message = read_message(raw)
        self.seen.append(message)
        return message

    def hello(self, **other):
        return {"t": "hello", "v": 1, "agent": "python", "from": self.me, "to": self.them,
                "heads": self.book.heads(self.me), "yours": self.book.heads(self.them), **other}

    async def greet(self):
        """Both hellos, then what the other lacks: first the other's own records that it has lost, then mine."""
        self.send(self.hello())
        self.peer = await self.next()
        demand(self.peer and self.peer["t"] == "hello", "hello first")
        demand((self.peer["from"], self.peer["to"]) == (self.them, self.me), "from, to")
        self.give_back(self.book.missing(self.them, self.peer["heads"]))
        self.sent_up_to = {h["lane"]: h["seq"] for h in self.peer["yours"]}
        for head in self.peer["yours"]:
            mine = self.book.lanes[self.me].get(head["lane"], [])
            demand(len(mine) < head["seq"] or mine[head["seq"] - 1].hash == head["hash"], "suspected fork", "fork")
        self.send_missing()

    def give_back(self, records):
        for envelope in self.home.envelopes(records):
            self.seal(envelope, "given back")

    def seal(self, envelope, about):
        self.n += 1
        self.unanswered[self.n] = about
        self.send({"t": "sealed", "n": self.n, "envelope": envelope})

    def lacking(self):
        """My records that the other lacks, as far as is known; they count as sent now."""
        records = self.book.missing(self.me, [{"lane": lane, "seq": seq} for lane, seq in self.sent_up_to.items()])
        for record in records:
            self.sent_up_to[record.lane] = record.seq
        return records

    def send_missing(self):
        for envelope in self.home.envelopes(self.lacking()):
            self.seal(envelope, "mine")

    def pay(self, amount, asset="KRW", kind="transaction", **more):
        record = self.home.sign(kind, {"amount": amount, "asset": asset, **more})
        self.send_missing()
        return record

    async def until(self, done):
        """Goes on until `done()`, or the end of the channel."""
        while not done():
            message = await self.next()
            if message is None or message["t"] == "bye":
                if message:
                    self.send({"t": "bye"})
                return False
            self.handle(message)
        return True

    def handle(self, message):
        if message["t"] == "sealed":
            self.answer(message)
        elif message["t"] in ("received", "processed"):
            if "envelope" in message:
                self.take(message["envelope"])
            if message["t"] == "received":
                self.unanswered = {n: about for n, about in self.unanswered.items() if n > message["n"]}
        elif message["t"] == "refused":
            self.refusals.append(message)
            self.unanswered.pop(message["n"], None)
        elif message["t"] == "call":
            self.send({"t": "call", "id": message["id"], "end": "no page open"})

    def take(self, envelope):
        """What a `received` or a `processed` brings; only a refusal is an answer to it."""
        try:
            self.home.take_quietly(open_envelope(self.home.person, envelope))
        except Refused as refused:
            self.refuse(0, refused)

    def refuse(self, n, refused):
        self.send({"t": "refused", "n": n, "code": refused.code, **({"head": refused.head} if refused.head else {})})

    def answer(self, message):
        """`sealed` gets `received` or `refused`; a decision follows as `processed`."""
        try:
            texts = open_envelope(self.home.person, message["envelope"])
            if Record(texts[0]).kid == self.me:
                self.home.take_back(texts)
                self.send({"t": "received", "n": message["n"]})
                return
            new = self.home.take(texts)
        except Refused as refused:
            self.refuse(message["n"], refused)
            return
        receipt, decision = (self.lacking(), []) if new else self.repeat(texts)
        for envelope in self.home.envelopes(receipt):
            self.send({"t": "received", "n": message["n"], "envelope": envelope})
        if new and self.home.decide(new):
            decision = self.lacking()
        for envelope in self.home.envelopes(decision):
            self.send({"t": "processed", "envelope": envelope})

    def repeat(self, texts):
        """For records held already: the receipt first given (a new one where none was) and the decisions there are, the same bytes."""
        last, named = self.home.record(texts[-1]), {self.home.record(jws).hash for jws in texts}
        lane = self.book.lanes[self.me].get(self.home.ledger.lane, [])
        receipts = [r for r in lane if r.kind == "receipt" and covers(r, last)]
        decisions = [r for r in lane if r.kind == "decision" and any(v["tx"] in named for v in r.body["verdicts"])]
        if not receipts:
            self.home.sign("receipt", {})
            return self.lacking(), decisions
        return receipts[:1], decisions

    async def bye(self):
        """Says bye and waits for the other's, or for the end."""
        self.send({"t": "bye"})
        try:
            while (message := await self.next(5)) and message["t"] != "bye":
                self.handle(message)
        except asyncio.TimeoutError:
            pass
        await self.channel.close()
        self.home.close()
