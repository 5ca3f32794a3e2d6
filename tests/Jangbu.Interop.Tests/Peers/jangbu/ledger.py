"""§6: the ledger file and its head; §7: the Merkle tree over its records."""
import base64, hashlib, json, os, uuid as uuids
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from .book import covers
from .identity import Card, hkdf, id_bytes, password_bytes, verify
from .records import ZERO_HASH, Record, amount, asset
from .strict import Refused, array, b64u, demand, hash_text, integer, parse, sha256, shape, text, time, unb64u, uuid, write

MOST_LINE = 1 << 20


def fernet(raw):
    return Fernet(base64.urlsafe_b64encode(raw))


def password_key(password, kdf):
    return hashlib.pbkdf2_hmac("sha256", password_bytes(password), unb64u(kdf["salt"], 16), kdf["iterations"], 32)


def begin(path, password, me, at):
    """A new file with its genesis."""
    lane, data_key = str(uuids.uuid4()), os.urandom(32)
    kdf = {"name": "PBKDF2-HMAC-SHA256", "iterations": 600_000, "salt": b64u(os.urandom(16))}
    wrapped = fernet(password_key(password, kdf)).encrypt(data_key).decode()
    header = {"format": "jangbu-ledger", "v": 1, "lane": lane, "kdf": kdf, "wrapped": wrapped}
    genesis = write({"n": 1, "prev": ZERO_HASH, "at": at, "kind": "genesis", "data": {"lane": lane, "id": me}}).encode()
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(write(header).encode() + b"\n" + fernet(data_key).encrypt(genesis) + b"\n")


def decrypt(key, token):
    try:
        return key.decrypt(token)
    except InvalidToken:
        raise Refused("damaged", "token") from None


def records_data(data):
    demand(all(isinstance(jws, str) for jws in array(data["records"], 1, 1 << 16)), "records")
    for jws in data["records"] + ([data["receipt"]] if "receipt" in data else []):
        Record(jws).read_payload()


def contact_data(data):
    shape(data, ("id",), ("card", "name", "verified", "removed"))
    id_bytes(data["id"])
    if "card" in data:
        demand(Card(data["card"]).id == data["id"], "card")
    text(data.get("name", "-"), 1, 64)
    demand(type(data.get("verified", True)) is bool and data.get("removed", True) is True, "flags")


def policy_data(data):
    shape(data, ("id", "asset"), ("limit", "auto_accept"))
    id_bytes(data["id"]), asset(data["asset"])
    for member in ("limit", "auto_accept"):
        if data.get(member, "") not in ("", "0"):
            amount(data[member])


def genesis_data(data):
    shape(data, ("lane", "id"), ("imports",))
    uuid(data["lane"]), id_bytes(data["id"])
    if "imports" in data:
        shape(data["imports"], ("lane", "n", "hash"))


def note_data(data):
    shape(data, ("tx",), ("label", "category"))
    hash_text(data["tx"])
    text(data.get("label", ""), 0, 256), text(data.get("category", ""), 0, 256)


KINDS = {
    "genesis": genesis_data, "contact": contact_data, "policy": policy_data, "note": note_data,
    "sent": lambda data: records_data(shape(data, ("records",))),
    "received": lambda data: records_data(shape(data, ("records",), ("receipt",))),
    "fork": lambda data: records_data(shape(data, ("records",))),
    "invite": lambda data: shape(data, ("code",), ("used",)),
    "checkpoint": lambda data: shape(data, ("jws",)),
}


class Ledger:
    """A ledger file, read wholly: entries, and per lane the chain of records."""

    def __init__(self, path, password):
        self.path, lines = Path(path), Path(path).read_bytes().split(b"\n")
        self.torn = lines.pop()
        self.damage = None
        header = shape(parse(lines[0]), ("format", "v", "lane", "kdf", "wrapped"))
        demand(header["format"] == "jangbu-ledger" and header["v"] == 1, "format", "damaged")
        kdf = shape(header["kdf"], ("name", "iterations", "salt"))
        demand(kdf["name"] == "PBKDF2-HMAC-SHA256" and 600_000 <= kdf["iterations"] <= 10_000_000, "kdf", "damaged")
        self.lane = uuid(header["lane"])
        self.data_key = decrypt(fernet(password_key(password, kdf)), header["wrapped"].encode())
        self.key, self.entries, self.hash, self.me = fernet(self.data_key), [], ZERO_HASH, None
        self.raw, self.cards, self.chains, self.records, self.leaves = [], {}, {}, {}, []
        for number, line in enumerate(lines[1:], 2):
            try:
                demand(len(line) < MOST_LINE, "line", "damaged")
                self.take(decrypt(self.key, line))
            except Refused as refused:
                self.damage = (number, str(refused))
                return

    def take(self, raw):
        """Checks one entry and holds it."""
        entry = shape(parse(raw), ("n", "prev", "at", "kind", "data"))
        demand(integer(entry["n"], 1) == len(self.entries) + 1 and entry["prev"] == self.hash, "chain of entries")
        time(entry["at"])
        demand(entry["kind"] in KINDS, "kind")
        KINDS[entry["kind"]](entry["data"])
        demand((entry["kind"] == "genesis") == (entry["n"] == 1), "genesis")
        if entry["kind"] == "genesis":
            demand(entry["data"]["lane"] == self.lane, "lane of line 1")
            self.me = entry["data"]["id"]
        elif entry["kind"] == "contact" and "card" in entry["data"]:
            self.cards[entry["data"]["id"]] = Card(entry["data"]["card"]).public
        self.take_records(entry)
        self.entries.append(entry), self.raw.append(raw)
        self.hash = sha256(raw).hex()

    def take_records(self, entry):
        """Signature by a card of an entry before, author, chain; a receipt covers the records beside it."""
        if entry["kind"] not in ("sent", "received"):
            return
        records = [self.signed(jws) for jws in entry["data"]["records"]]
        demand(entry["kind"] == "received" or all(r.author == self.me for r in records), "author")
        if "receipt" in entry["data"]:
            receipt = self.signed(entry["data"]["receipt"])
            demand(receipt.author == self.me and all(covers(receipt, r) for r in records), "receipt")
            records.append(receipt)
        for record in records:
            self.chain(record)

    def signed(self, jws):
        record = Record(jws)
        demand(record.kid in self.cards, "record of a stranger")
        verify(self.cards[record.kid], record.signed, record.signature)
        record.read_payload()
        demand(record.author == record.kid, "from")
        return record

    def chain(self, record):
        if record.hash in self.records:
            return
        lane = self.chains.setdefault((record.author, record.to, record.lane), [])
        demand(record.seq == len(lane) + 1 and record.prev == (lane[-1].hash if lane else ZERO_HASH), "chain of records")
        lane.append(record)
        self.records[record.hash] = record
        self.leaves.append(record)

    def head_file(self):
        path = Path(f"{self.path}.head")
        return parse(decrypt(self.key, path.read_bytes().removesuffix(b"\n"))) if path.exists() else None

    @property
    def status(self):
        if self.damage:
            return "damaged"
        head = self.head_file()
        given_back = any(r.author == self.me and r.lane == self.lane for e in self.entries if e["kind"] == "received" for r in map(lambda j: Record(j).read_payload(), e["data"]["records"]))
        ahead = head and (head["n"] > len(self.entries) or sha256(self.raw[head["n"] - 1]).hex() != head["hash"])
        return "old" if ahead or given_back else "ok"

    # --- writing ---

    def append(self, kind, data, at):
        """One entry, on disk when this returns."""
        raw = write({"n": len(self.entries) + 1, "prev": self.hash, "at": at, "kind": kind, "data": data}).encode()
        self.take(raw)
        with open(self.path, "ab") as file:
            file.write(self.key.encrypt(raw) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def write_head(self):
        temporary = Path(f"{self.path}.head.new")
        temporary.write_bytes(self.key.encrypt(write({"n": len(self.entries), "hash": self.hash}).encode()) + b"\n")
        temporary.chmod(0o600)
        temporary.rename(f"{self.path}.head")

    # --- Merkle tree ---

    def salt(self, index):
        return hkdf(self.data_key, b"jangbu/1/leaf", index.to_bytes(8, "big"), 32)

    def leaf_hashes(self):
        return [leaf_hash(self.salt(i) + record.payload) for i, record in enumerate(self.leaves)]

    def checkpoint_text(self):
        root = base64.b64encode(merkle_root(self.leaf_hashes())).decode()
        return f"jangbu/{self.me}/{self.lane}\n{len(self.leaves)}\n{root}\n"


def leaf_hash(data):
    return sha256(b"\0" + data)


def split(n):
    """The largest power of two below n (RFC 6962 §2.1)."""
    return 1 << (n - 1).bit_length() - 1


def merkle_root(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"")
    k = split(len(hashes))
    return sha256(b"\1" + merkle_root(hashes[:k]) + merkle_root(hashes[k:]))


def merkle_path(index, hashes):
    if len(hashes) < 2:
        return []
    k = split(len(hashes))
    if index < k:
        return merkle_path(index, hashes[:k]) + [merkle_root(hashes[k:])]
    return merkle_path(index - k, hashes[k:]) + [merkle_root(hashes[:k])]


def path_root(leaf, index, count, path):
    """The root that a path gives, or none if the path has not the right length."""
    if count == 1:
        return leaf if not path and index == 0 else None
    if not path:
        return None
    k = split(count)
    if index < k:
        below = path_root(leaf, index, k, path[:-1])
        return below and sha256(b"\1" + below + path[-1])
    below = path_root(leaf, index - k, count - k, path[:-1])
    return below and sha256(b"\1" + path[-1] + below)


def read_export(path, password, header):
    """A whole-ledger export as Fernet token."""
    return json.loads(fernet(password_key(password, header["kdf"])).decrypt(Path(path).read_bytes().strip()))
