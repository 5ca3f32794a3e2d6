"""Misbehaves in every way of §2.1 and §5.2 and compares each answer with the page's, as wrong.py writes it down and reader.py computes it.

usage: python3 -m jangbu.examine HOME PASSWORD-FILE THEIR-KEY-FILE THEIR-CARD-FILE SEED CHANGES BOOTSTRAP|pipe

Prints one JSON line for each disagreement and a last one with the counts. With `pipe` the messages of the session go as JSON lines
through standard output and input ({"text"}, {"binary"}, {"session":"new"}) and the results to standard error. The other owes no
answer to a person: at least two transactions of theirs are on their way, and they accept nothing by themselves.
"""
import asyncio, base64, json, os, random, sys, threading, traceback
from pathlib import Path

from .home import Home
from .identity import Card, Person, password_of_file
from .reader import Reader
from .session import Session
from .strict import Refused, write
from .wrong import Forger, changed, messages, named, sized_record


class Pipe:
    """A channel through standard input and output."""

    def __init__(self):
        self.incoming = asyncio.Queue()
        threading.Thread(target=self.read, args=(asyncio.get_running_loop(),), daemon=True).start()

    def read(self, loop):
        for line in sys.stdin:
            loop.call_soon_threadsafe(self.incoming.put_nowait, json.loads(line).get("text"))

    def send(self, message):
        out = {"binary": base64.b64encode(message).decode()} if isinstance(message, bytes) else {"text": message}
        print(json.dumps(out), flush=True)

    async def again(self):
        print('{"session":"new"}', flush=True)
        while await self.incoming.get() is not None:
            pass
        return self

    async def close(self):
        pass


class Road:
    """The real way: the DHT and WebRTC, a new meeting for each session."""

    def __init__(self, home, bootstrap):
        self.home, self.bootstrap, self.meeting, self.channel = home, bootstrap, None, None

    async def again(self):
        from .person import Steps
        if self.meeting is None:
            steps = Steps(self.home)
            await steps.online(self.bootstrap, self.home.book.card)
            self.meeting = steps.meeting
        if self.channel is not None:
            await self.channel.close()
        self.channel = await self.meeting.offer()
        return self.channel


class Examination:
    def __init__(self, home, them, road, seed):
        self.home, self.them, self.road, self.rng = home, them, road, random.Random(seed)
        self.made, self.wrong = 0, []

    async def begin(self):
        """A new session, gone through until both hold everything."""
        channel = await self.road.again()
        self.session = Session(self.home, channel)
        await self.session.greet()
        await self.session.until(lambda: not self.session.unanswered and self.even())

    def even(self):
        """Whether everything that their hello named is here."""
        held = {h["lane"]: h["seq"] for h in self.home.book.heads(self.them.id)}
        return all(held.get(h["lane"], 0) >= h["seq"] for h in self.session.peer["heads"])

    def reader(self):
        return Reader(self.them, self.home.card, self.home.book.by_hash.values())

    async def answered(self, raw, n):
        """Sends, and gives the first answer; what comes with it is taken."""
        self.session.send(raw)
        while True:
            message = await self.session.next()
            if message is None:
                return {"t": "closed", "n": n}
            self.session.handle(message)
            if message["t"] in ("refused", "bye") or message["t"] == "received" and message["n"] == n:
                return message

    async def ask(self, name, raw, n, code=None, either_n=False):
        """One message; its answer against the reader's, and against what is written down."""
        expected = self.reader().answer(raw)
        got = await self.answered(raw, n)
        self.made += 1
        report = lambda what: self.wrong.append({"name": name, "what": what, "expected": list(expected[:4]), "written": code, "got": got, "raw": str(raw)[:400]})
        if code is not None and expected[2] != code:
            report("this page's reader and the list disagree")
        if (got["t"], got.get("code")) != (expected[0], expected[2]):
            report("another answer")
        elif got["t"] == "refused":
            if got["n"] != expected[1] and not either_n:
                report("another n")
            if got.get("head") != expected[3]:
                report("another head")
        if got["t"] == "refused" and got["n"] == 0 < n:
            self.session.n -= 1  # it was no `sealed`
        if expected[0] == "received" and got["t"] == "received":
            self.keep(expected[4])
        return got["t"] == expected[0]

    def keep(self, records):
        """What both took is held here too."""
        new = [r for r in records if r.hash not in self.home.book.by_hash]
        for record in new:
            self.home.book.hold(record)
        if new:
            self.home.write("sent", {"records": [r.jws for r in new]})

    async def seal(self, name, envelope, code=None):
        self.session.n += 1
        return await self.ask(name, text({"t": "sealed", "n": self.session.n, "envelope": envelope}), self.session.n, code)

    async def run(self, changes):
        await self.begin()
        if not self.home.book.lanes[self.home.person.id].get(self.home.ledger.lane):
            raise SystemExit("nothing of theirs was on its way")
        mine = self.session.pay("1000")
        await self.session.until(lambda: not self.session.unanswered)
        theirs = [tx.hash for tx in self.home.book.transactions(self.them.id) if self.home.book.state(tx.hash) == "undecided"]
        forger = Forger(self.home)
        for name, code, envelope in named(forger, theirs):
            await self.seal(name, envelope, code)
        await self.seal("record of 16 KiB", forger.sealed(sized_record(forger, 16384)))
        await self.seal("repeat", forger.sealed(mine.jws))
        for i in range(int(changes)):
            what, envelope = changed(forger, self.rng, theirs)
            reader = self.reader()
            reader.answer(text({"t": "sealed", "n": 1, "envelope": envelope}))
            if reader.book.ahead:
                continue  # taken and counted, but no later `ack` of the lane may go back behind it: see the end
            if not await self.seal(f"change {i}: {what}", envelope):
                await self.begin()
        await self.begin()
        await self.bad_messages()
        await self.begin()
        paid = self.session.pay("7")
        await self.session.until(lambda: not self.session.unanswered)
        if self.session.refusals:
            self.wrong.append({"name": "a good payment at the end", "got": self.session.refusals})
        await self.forks(forger, paid)
        await self.session.bye()

    async def bad_messages(self):
        for name, code, raw in messages():
            await self.ask(name, raw, 0, code)
        if isinstance(self.road, Pipe):
            await self.ask("message of 256 KiB and one", "x" * (256 * 1024 + 1), 0, "too_large")
        else:  # above the max-message-size that they named: the association may end there
            await self.ask("number", "1", 0, "bad_record")
        self.session.send(self.session.hello())
        message = await self.session.next()
        if (message["t"], message.get("n"), message.get("code")) != ("refused", 0, "bad_record"):
            self.wrong.append({"name": "second hello", "got": message})
        message = await self.session.next()
        if message is not None and message["t"] != "bye":
            self.wrong.append({"name": "bye after ten bad messages", "got": message})
        self.made += 2

    async def forks(self, forger, paid):
        """Last, since a fork stops automatic acceptance for good."""
        head = self.home.book.lanes[self.home.person.id][self.home.ledger.lane][-1]
        await self.seal("same seq, another hash", forger.sealed(forger.record(seq=head.seq, prev=head.prev)), "fork")
        await self.seal("right seq, wrong prev", forger.sealed(forger.record(prev="1" * 64)), "fork")
        await self.seal("order: fork before ack", forger.sealed(forger.record(seq=head.seq, prev=head.prev, ack=[])), "fork")
        await self.seal("order: fork before id", forger.sealed(forger.record(prev="1" * 64, id=head.id)), "fork")
        await self.seal("a good one after forks", forger.sealed(forger.record()))
        for i in range(len(self.home.book.lanes[self.home.person.id]), 16):
            await self.seal(f"lane {i + 1}", forger.sealed(forger.lane_begun()))
        await self.seal("17th lane", forger.sealed(forger.lane_begun()), "busy")
        await self.seal("ack above the head", forger.sealed(forger.record(ack=[{**a, "seq": a["seq"] + 5} for a in forger.payload()["ack"]])))
        await self.seal("and back again", forger.sealed(forger.record()), "bad_record")


def text(message):
    """As JSON text; a lone surrogate is escaped, since no UTF-8 holds it."""
    text = write(message)
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return json.dumps(message)


async def run(kind, home, password, key, card, seed, count, road, *more):
    """Examines, and tells what was found."""
    them = Person.of_pem(Path(key).read_bytes(), password_of_file(password))
    person = Home(home, password, Card(Path(card).read_text().strip()))
    examination = kind(person, them, Pipe() if road == "pipe" else Road(person, road), int(seed))
    out = sys.stderr if road == "pipe" else sys.stdout
    try:
        await examination.run(count, *more)
    except Exception:  # whatever it was, it is a finding, and the other side must hear of it
        examination.wrong.append({"name": "the examination ended", "what": traceback.format_exc(), "seen": [m["t"] for m in examination.session.seen[-5:]]})
    for line in examination.wrong:
        print(json.dumps(line, ensure_ascii=False), file=out)
    person.close()
    book = person.book
    print(json.dumps({"made": examination.made, "wrong": len(examination.wrong), "heads": book.heads(person.person.id), "theirs": book.heads(them.id), "balances": book.balances()}), file=out, flush=True)
    os._exit(0)  # a thread may still wait for input


if __name__ == "__main__":
    asyncio.run(run(Examination, *sys.argv[1:]))
