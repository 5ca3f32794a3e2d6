"""§4.2, §4.3: finds the other through the DHT and opens the data channel, by aiortc with the SDP rebuilt as the page says."""
import asyncio, os, re

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from . import rendezvous
from .dht import bencode
from .home import now
from .rendezvous import Slot, compact, epochs, read_content, read_here
from .strict import Refused


class Channel:
    """A data channel as two plain things: `send`, and `incoming`, a queue of messages that ends with none."""

    def __init__(self):
        self.pc, self.incoming, self.opened = RTCPeerConnection(RTCConfiguration(iceServers=[])), asyncio.Queue(), asyncio.Event()
        self.pc.on("datachannel", self.attach)
        self.pc.on("connectionstatechange", self.changed)

    def attach(self, channel):
        self.channel = channel
        assert (channel.label, channel.protocol, channel.ordered) == ("jangbu", "jangbu/1", True), channel.label
        channel.on("message", self.incoming.put_nowait)
        channel.on("close", lambda: self.incoming.put_nowait(None))
        channel.on("open", self.opened.set)
        if channel.readyState == "open":
            self.opened.set()

    def changed(self):
        if self.pc.connectionState in ("closed", "failed"):
            self.incoming.put_nowait(None)

    def create(self):
        self.attach(self.pc.createDataChannel("jangbu", protocol="jangbu/1"))

    async def describe(self, make):
        """Sets the local description and gives it as the page's dictionary."""
        await self.pc.setLocalDescription(await make())
        text = self.pc.localDescription.sdp
        value = lambda name: re.search(rf"^a={name}:(\S+)", text, re.M)[1]
        found = re.findall(r"^a=candidate:\S+ 1 udp (\d+) (\S+) (\d+) typ (host|srflx|relay)", text, re.M | re.I)
        candidates = [(kind, int(priority), address, int(port)) for priority, address, port, kind in found]
        fingerprint = bytes.fromhex(re.search(r"^a=fingerprint:sha-256 (\S+)", text, re.M)[1].replace(":", ""))
        return rendezvous.describe(candidates, fingerprint, int(value("max-message-size")), value("ice-ufrag"), value("ice-pwd"))

    async def hear(self, description, kind):
        text = rendezvous.sdp(description, "actpass" if kind == "offer" else "active")
        await self.pc.setRemoteDescription(RTCSessionDescription(text, kind))

    def send(self, message):
        self.channel.send(message)

    async def close(self):
        await self.pc.close()


class Meeting:
    """One pair in the DHT: reads the contact's slots, writes the own. An invitation has roles for writers, and no pinned key."""

    def __init__(self, person, node, secret, me, them, key, loopback):
        self.person, self.node, self.secret, self.me, self.them, self.key, self.loopback = person, node, secret, me, them, key, loopback
        self.seen, self.rung, self.last_seq, self.wrong = set(), asyncio.Event(), 0, []
        node.asked = self.asked

    def asked(self, wanted):
        if any(self.slot(name, self.them, e).target(0) == wanted for name in ("offer", "answer") for e in epochs(now() // 1000)):
            self.rung.set()

    def slot(self, name, writer, epoch):
        return Slot(self.secret, name, writer, epoch)

    async def read(self, slot):
        """(seq, content) of a slot, or none."""
        first = await self.node.get(slot.public, slot.item_salt(0))
        if first is None:
            return None
        try:
            items = [first[1]]
            for i in range(1, Slot.count(slot.open_item(0, *first))):
                more = await self.node.get(slot.public, slot.item_salt(i))
                if more is None or more[0] != first[0]:
                    return None
                items.append(more[1])
            return first[0], slot.open(first[0], items)
        except Refused as refused:
            self.wrong.append(refused.why)
            return None

    async def store(self, slot, content, seq):
        items = slot.seal(content, seq)
        stored = [await self.node.put(slot.key, slot.public, slot.item_salt(i), seq, item) for i, item in enumerate(items)]
        assert all(stored), f"stored at {stored}"

    async def announce(self):
        """The `here` slot."""
        seq = now()
        slot = self.slot("here", self.me, seq // 3_600_000)
        await self.store(slot, bencode([compact(*self.node.address)]), seq)

    async def ring(self, slot):
        for epoch in epochs(now() // 1000):
            here = await self.read(self.slot("here", self.them, epoch))
            for address in read_here(here[1]) if here else []:
                self.node.ring(address, slot.target(0))

    async def read_offer(self):
        """A new, good offer of the contact: (epoch, content, value), or none."""
        for epoch in epochs(now() // 1000):
            found = await self.read(self.slot("offer", self.them, epoch))
            if found is None:
                continue
            try:
                value = read_content(found[1], "offer", found[0], now(), self.key, self.seen, loopback=self.loopback)
                self.seen.add(value[b"s"])
                return epoch, found[1], value
            except Refused as refused:
                self.wrong.append(refused.why)
        return None

    async def answer(self, epoch, offer, value):
        """Answers an offer; gives the open channel or none."""
        channel = Channel()
        await channel.hear(value[b"d"], "offer")
        description = await channel.describe(channel.pc.createAnswer)
        seq, slot = now(), self.slot("answer", self.me, epoch)
        await self.store(slot, rendezvous.write_content(self.person, "answer", description, value[b"s"], seq, offer), seq)
        await self.ring(slot)
        self.peer = value
        return await self.opening(channel, 40)

    async def opening(self, channel, patience):
        try:
            await asyncio.wait_for(channel.opened.wait(), patience)
            return channel
        except asyncio.TimeoutError:
            await channel.close()
            return None

    async def offer(self, patience=60):
        """Offers, and answers a newer offer of the contact instead; gives the open channel."""
        until = now() + patience * 1000
        while now() < until:
            channel = Channel()
            channel.create()
            description = await channel.describe(channel.pc.createOffer)
            t, session = now(), os.urandom(16)
            epoch = t // 3_600_000
            content = rendezvous.write_content(self.person, "offer", description, session, t)
            slot = self.slot("offer", self.me, epoch)
            await self.store(slot, content, t)
            await self.ring(slot)
            while now() < until:
                theirs = await self.read_offer()
                if theirs and (theirs[2][b"t"], self.me) > (t, self.them):
                    await channel.close()
                    return await self.answer(*theirs)
                found = await self.read(self.slot("answer", self.them, epoch))
                if found:
                    try:
                        value = read_content(found[1], "answer", found[0], now(), self.key, offer=content, session=session, loopback=self.loopback)
                        self.peer = value
                        await channel.hear(value[b"d"], "answer")
                        opened = await self.opening(channel, 20)
                        if opened:
                            return opened
                        break
                    except Refused as refused:
                        self.wrong.append(refused.why)
                self.rung.clear()
                await asyncio.wait([asyncio.ensure_future(self.rung.wait())], timeout=1)
        raise TimeoutError(f"no channel; wrong values: {self.wrong}")

    async def wait(self, patience=60):
        """Reads the contact's offers until one is answered and its channel is open."""
        until = now() + patience * 1000
        while now() < until:
            theirs = await self.read_offer()
            if theirs:
                channel = await self.answer(*theirs)
                if channel:
                    return channel
            self.rung.clear()
            await asyncio.wait([asyncio.ensure_future(self.rung.wait())], timeout=2)
        raise TimeoutError(f"no offer; wrong values: {self.wrong}")


def only(address):
    """ICE offers this address alone."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [address]
