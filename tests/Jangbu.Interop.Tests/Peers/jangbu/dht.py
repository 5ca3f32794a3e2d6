"""A small node of the Mainline DHT (BEP 5, BEP 44): enough for a private network and for one person's slots."""
import asyncio, hashlib, os, socket, struct, time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .strict import Refused, demand


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    return b"d" + b"".join(bencode(name) + bencode(value[name]) for name in sorted(value)) + b"e"


def bdecode(raw):
    """One value in its one spelling."""
    try:
        value, end = part(raw, 0, 0)
    except (ValueError, IndexError):
        raise Refused("bad_record", "bencoding") from None
    demand(end == len(raw) and bencode(value) == raw, "bencoding in another spelling")
    return value


def part(raw, at, deep):
    demand(deep < 16, "bencoding depth")
    if raw[at:at + 1] == b"i":
        end = raw.index(b"e", at)
        return int(raw[at + 1:end]), end + 1
    if raw[at:at + 1] in (b"l", b"d"):
        is_list, items, at = raw[at:at + 1] == b"l", [], at + 1
        while raw[at:at + 1] != b"e":
            item, at = part(raw, at, deep + 1)
            items.append(item)
        if is_list:
            return items, at + 1
        demand(len(items) % 2 == 0 and all(isinstance(name, bytes) for name in items[::2]), "bencoding names")
        return dict(zip(items[::2], items[1::2])), at + 1
    colon = raw.index(b":", at)
    length = int(raw[at:colon])
    demand(raw[at:colon].isdigit() and colon + 1 + length <= len(raw), "bencoding string")
    return raw[colon + 1:colon + 1 + length], colon + 1 + length


def target(public, salt):
    return hashlib.sha1(public + salt).digest()


def signed_part(salt, seq, v):
    return (b"4:salt" + bencode(salt) if salt else b"") + b"3:seq" + bencode(seq) + b"1:v" + bencode(v)


def valid(item, wanted):
    """Whether a mutable item is signed and belongs to the target."""
    try:
        k, salt, sig, seq, v = item[b"k"], item.get(b"salt", b""), item[b"sig"], item[b"seq"], item[b"v"]
        if target(k, salt) != wanted or len(bencode(v)) > 1000:
            return False
        Ed25519PublicKey.from_public_bytes(k).verify(sig, signed_part(salt, seq, v))
        return True
    except (KeyError, TypeError, ValueError, InvalidSignature):
        return False


class Node(asyncio.DatagramProtocol):
    """Queries others and answers them. `asked` is called with each target that somebody gets: the ring of §4.3."""

    def __init__(self, bootstrap=(), asked=lambda wanted: None):
        self.id, self.secret, self.bootstrap, self.asked = os.urandom(20), os.urandom(8), list(bootstrap), asked
        self.nodes, self.items, self.waiting, self.budget = {}, {}, {}, {}

    async def bind(self, host, port=0):
        self.transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self.address = self.transport.get_extra_info("sockname")[:2]
        return self

    # --- answering ---

    def datagram_received(self, data, sender):
        try:
            message = bdecode(data)
            kind = message[b"y"]
            if kind == b"q":
                self.answer(message, sender)
            elif (sender, message[b"t"]) in self.waiting:
                self.waiting.pop((sender, message[b"t"])).set_result(message.get(b"r") if kind == b"r" else None)
        except (Refused, KeyError, TypeError, ValueError):
            pass

    def answer(self, query, sender):
        arguments, name = query[b"a"], query[b"q"]
        reply = {b"id": self.id}
        if not query.get(b"ro"):
            self.know(arguments[b"id"], sender)
        wanted = arguments.get(b"target", arguments.get(b"info_hash"))
        if name in (b"find_node", b"get", b"get_peers"):
            reply[b"nodes"] = b"".join(id + socket.inet_aton(a[0]) + struct.pack(">H", a[1]) for id, a in self.closest(wanted))
        if name in (b"get", b"get_peers"):
            reply[b"token"] = self.token(sender)
        if name == b"get":
            held = self.items.get(wanted)
            if held:
                reply[b"seq"] = held[b"seq"]
                if arguments.get(b"seq", -1) < held[b"seq"]:
                    reply.update({m: held[m] for m in (b"k", b"sig", b"v")})
            self.asked(wanted)
        error = self.store(arguments, sender) if name == b"put" else None
        message = {b"t": query[b"t"], b"y": b"e", b"e": error} if error else {b"t": query[b"t"], b"y": b"r", b"r": reply}
        self.transport.sendto(bencode(message), sender)

    def store(self, item, sender):
        if item.get(b"token") != self.token(sender):
            return [203, b"token"]
        wanted = target(item[b"k"], item.get(b"salt", b""))
        if not valid(item, wanted):
            return [206, b"signature"]
        held = self.items.get(wanted)
        if held and (item[b"seq"] < held[b"seq"] or item[b"seq"] == held[b"seq"] and item[b"v"] != held[b"v"]):
            return [302, b"seq"]
        self.items[wanted] = item
        return None

    def token(self, sender):
        return hashlib.sha1(self.secret + repr(sender).encode()).digest()[:8]

    def know(self, id, address):
        if len(id) == 20 and id != self.id and (address in self.nodes or len(self.nodes) < 200):
            self.nodes[address] = id

    def closest(self, wanted, most=8):
        return [(id, a) for a, id in sorted(self.nodes.items(), key=lambda n: distance(n[1], wanted))[:most]]

    # --- asking ---

    async def query(self, address, name, arguments, patience=2.0):
        await self.pace(address)
        token, future = os.urandom(4), asyncio.get_running_loop().create_future()
        self.waiting[address, token] = future
        self.transport.sendto(bencode({b"t": token, b"y": b"q", b"q": name, b"a": {b"id": self.id, **arguments}}), address)
        try:
            reply = await asyncio.wait_for(future, patience)
            if reply:
                self.know(reply.get(b"id", b""), address)
            return reply
        except asyncio.TimeoutError:
            self.waiting.pop((address, token), None)
            self.nodes.pop(address, None)
            return None

    async def pace(self, address):
        """At most 4 packets a second to one address and port, burst 16."""
        while True:
            tokens, since = self.budget.get(address, (16.0, time.monotonic()))
            tokens = min(16.0, tokens + 4 * (time.monotonic() - since))
            self.budget[address] = (tokens - 1 if tokens >= 1 else tokens, time.monotonic())
            if tokens >= 1:
                return
            await asyncio.sleep(0.1)

    async def lookup(self, wanted):
        """Asks nearer and nearer nodes; gives the newest valid item, or none, and who answered with a token."""
        asked, answers, best = set(), [], self.items.get(wanted)
        while True:
            near = [a for _, a in self.closest(wanted)] or self.bootstrap
            ask = [a for a in near if a not in asked][:4]
            if not ask:
                break
            asked.update(ask)
            for address, reply in zip(ask, await asyncio.gather(*(self.query(a, b"get", {b"target": wanted}) for a in ask))):
                if reply is None:
                    continue
                answers.append((address, reply.get(b"token")))
                for at in range(0, len(reply.get(b"nodes", b"")) - 25, 26):
                    entry = reply[b"nodes"][at:at + 26]
                    self.know(entry[:20], (socket.inet_ntoa(entry[20:24]), struct.unpack(">H", entry[24:])[0]))
                yielded = self.salted(reply, wanted)
                if yielded and (best is None or yielded[b"seq"] > best[b"seq"]):
                    best = yielded
        return best, answers

    salts = None

    def salted(self, reply, wanted):
        """A reply does not repeat the salt: the asker knows it."""
        item = {**reply, b"salt": self.salts.get(wanted, b"")} if self.salts else dict(reply)
        return item if b"v" in item and valid(item, wanted) else None

    async def get(self, public, salt):
        self.salts = self.salts or {}
        wanted = target(public, salt)
        self.salts[wanted] = salt
        item, _ = await self.lookup(wanted)
        return (item[b"seq"], item[b"v"]) if item else None

    async def put(self, key, public, salt, seq, v):
        """Stores at the nodes nearest to the target; gives how many took it."""
        wanted = target(public, salt)
        item = {b"k": public, b"salt": salt, b"seq": seq, b"v": v, b"sig": key.sign(signed_part(salt, seq, v))}
        _, answers = await self.lookup(wanted)
        took = await asyncio.gather(*(self.query(a, b"put", {**item, b"token": token}) for a, token in answers[:8] if token))
        return sum(reply is not None for reply in took)

    def ring(self, address, wanted):
        """A plain get, whose answer is of no interest."""
        self.transport.sendto(bencode({b"t": os.urandom(4), b"y": b"q", b"q": b"get", b"a": {b"id": self.id, b"target": wanted}}), address)


def distance(a, b):
    return int.from_bytes(a, "big") ^ int.from_bytes(b, "big")
