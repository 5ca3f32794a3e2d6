"""Someone who pays and is paid, step by step; one JSON line for each step.

usage: python3 -m jangbu.person begin HOME PASSWORD-FILE NAME
       python3 -m jangbu.person HOME PASSWORD-FILE CARD-FILE BOOTSTRAP STEP…        on 127.0.0.1 only
steps: invite  join:CODE (CARD-FILE -, they bring the card)  auto:ASSET:AMOUNT  wait  offer  pay:AMOUNT[:ASSET]  request:AMOUNT  settled  sent  until:N  quiet  hold:N  bye  balance
"""
import asyncio, json, os, sys, time
from pathlib import Path

from . import channel as channels
from .channel import Meeting
from .dht import Node
from .home import Home
from .identity import Card
from .rendezvous import INVITER, JOINER, invite_code, invite_secret, pair_secret
from .session import Session, read_message
from .strict import Refused, b64u, demand, write


class Steps:
    def __init__(self, home):
        self.home, self.session = home, None

    @property
    def book(self):
        return self.home.book

    async def online(self, bootstrap, card=None):
        host, port = bootstrap.rsplit(":", 1)
        channels.only("127.0.0.1")
        self.node = await Node([(host, int(port))]).bind("127.0.0.1")
        if card is not None:
            self.home.meet(card)
            me = self.home.person
            self.meeting = Meeting(me, self.node, pair_secret(me, card), me.raw_id, card.raw_id, card.spki, loopback=True)
            await self.meeting.announce()

    async def run(self, step):
        name, *words = step.split(":")
        started = time.monotonic()
        try:
            result = await getattr(self, name)(*words)
        except (asyncio.TimeoutError, Refused) as error:
            result = {"error": f"{type(error).__name__} {error}", "seen": self.session.seen if self.session else [], "refusals": self.session.refusals if self.session else []}
        with_whom = {"with": self.book.card.id} if self.session else {}
        return {"step": name, "ms": round(1000 * (time.monotonic() - started)), **with_whom, **(result or {})}

    async def auto(self, asset, amount):
        self.home.policy(asset, amount)

    async def wait(self):
        await self.begin(await self.meeting.wait())

    async def offer(self):
        await self.begin(await self.meeting.offer())

    async def invite(self):
        """A new invitation: its link at once, then its use."""
        code = os.urandom(16)
        text = b64u(b"\1" + code)
        self.home.write("invite", {"code": text})
        print(json.dumps({"step": "link", "link": f"jangbu:invite/{text}"}), flush=True)
        meeting = Meeting(self.home.person, self.node, invite_secret(code), INVITER, JOINER, None, loopback=True)
        await self.introduce(await meeting.wait(), meeting)
        self.home.write("invite", {"code": text, "used": True})

    async def join(self, text):
        secret = invite_secret(invite_code(text))
        meeting = Meeting(self.home.person, self.node, secret, JOINER, INVITER, None, loopback=True)
        await self.introduce(await meeting.offer(), meeting)

    async def introduce(self, channel, meeting):
        """Cards before hello; the card's key is the one of the rendezvous."""
        channel.send(write({"t": "card", "card": self.home.card.jws}))
        message = read_message(await asyncio.wait_for(channel.incoming.get(), 30))
        demand(message["t"] == "card", "card first")
        card = Card(message["card"])
        demand(card.spki == meeting.peer[b"k"], "another key than in the rendezvous")
        self.home.meet(card)
        await self.begin(channel)

    async def begin(self, channel):
        self.session = Session(self.home, channel)
        await self.session.greet()

    async def pay(self, amount, asset="KRW"):
        return {"tx": self.session.pay(amount, asset).hash}

    async def request(self, amount, asset="KRW"):
        return {"tx": self.session.pay(amount, asset, "request").hash}

    async def settled(self):
        """Until every `sealed` is answered and every own transaction decided."""
        mine = lambda: [self.book.state(tx.hash) for tx in self.book.transactions(self.home.person.id)]
        await self.session.until(lambda: not self.session.unanswered and "undecided" not in mine())
        return {"states": mine(), "refusals": self.session.refusals}

    async def sent(self):
        """Until every `sealed` is answered."""
        await self.session.until(lambda: not self.session.unanswered)
        return {"refusals": self.session.refusals}

    async def quiet(self):
        """Until nothing is unanswered, and I hold what their hello named: theirs, and of mine what I had lost."""
        held = lambda author: {h["lane"]: h["seq"] for h in self.book.heads(author)}
        back = lambda: all(held(self.home.person.id).get(h["lane"], 0) >= h["seq"] for h in self.session.peer["yours"])
        new = lambda: self.home.old or all(held(self.book.card.id).get(h["lane"], 0) >= h["seq"] for h in self.session.peer["heads"])
        await self.session.until(lambda: not self.session.unanswered and back() and new())
        return {"refusals": self.session.refusals, "seen": [m["t"] for m in self.session.seen]}

    async def until(self, count):
        """Until so many of their transactions are decided, then on until they say bye."""
        theirs = lambda: [self.book.state(tx.hash) for tx in self.book.transactions(self.book.card.id)]
        await self.session.until(lambda: len(theirs()) >= int(count) and "undecided" not in theirs())
        return {"states": theirs()}

    async def hold(self, seconds):
        """Goes on until they say bye, at most so long."""
        try:
            await asyncio.wait_for(self.session.until(lambda: False), float(seconds))
        except asyncio.TimeoutError:
            pass
        return {"seen": [m["t"] for m in self.session.seen]}

    async def bye(self):
        await self.session.bye()
        return {"seen": [m["t"] for m in self.session.seen]}

    async def balance(self):
        return {"balances": self.book.balances(), "status": self.home.status(), "forks": len(self.book.forks)}


async def main(home, password, card, bootstrap, *steps):
    person = Steps(Home(home, password))
    await person.online(bootstrap, None if card == "-" else Card(Path(card).read_text().strip()))
    print(json.dumps({"step": "online", "id": person.home.person.id, "port": person.node.address[1]}))
    for step in steps:
        print(json.dumps(await person.run(step)))
    person.home.close()


if __name__ == "__main__":
    if sys.argv[1] == "begin":
        print(json.dumps({"id": Home.begin(sys.argv[2], sys.argv[4], sys.argv[3]).person.id}))
    else:
        asyncio.run(main(*sys.argv[1:]))
