"""§4: slots in the DHT, the values in them, offers and answers, and the SDP that both sides rebuild from a description."""
import ipaddress, os, struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .dht import bdecode, bencode, target
from .identity import RAW, hkdf, sized, verify
from .strict import Refused, demand, sha256, unb64u

PIECE, MOST_PIECES, TYPES = 872, 16, ("host", "srflx", "relay")
MINUTES_10 = 10 * 60 * 1000
INVITER, JOINER = bytes(32), b"\x01" * 32


def pair_secret(person, card):
    shared = person.pair_key(card.rdv)
    return hkdf(shared, b"jangbu/1/pair", min(person.raw_id, card.raw_id) + max(person.raw_id, card.raw_id), 32)


def invite_code(text):
    """The 16 bytes of what follows jangbu:invite/."""
    raw = unb64u(text, 17)
    demand(raw[0] == 1, "version of the invitation")
    return raw[1:]


def invite_secret(code):
    return hkdf(code, b"jangbu/1/invite", b"", 32)


def epochs(seconds):
    """The epoch of now, then the neighbour within ten minutes of a border."""
    e, inside = divmod(seconds, 3600)
    return [e] + ([e - 1] if inside < 600 else [e + 1] if inside >= 3000 else [])


class Slot:
    """One writer's slot of one epoch."""

    def __init__(self, secret, name, writer, epoch):
        self.name, self.epoch = name, epoch
        okm = hkdf(secret, b"jangbu/1/slot", name.encode() + b"\0" + writer + struct.pack(">Q", epoch), 80)
        self.seed, self.aes, self.salt = okm[:32], okm[32:64], okm[64:]
        self.key = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.public = self.key.public_key().public_bytes(*RAW)

    def item_salt(self, i):
        return self.salt + bytes([i])

    def target(self, i):
        return target(self.public, self.item_salt(i))

    def aad(self, i, seq):
        return b"jangbu/1" + struct.pack(">Q", self.epoch) + self.name.encode() + b"\0" + bytes([i]) + struct.pack(">Q", seq)

    def seal(self, content, seq, nonces=None):
        """The items of a value."""
        count = -(-(5 + len(content)) // PIECE)
        demand(count <= MOST_PIECES, "value too long", "too_large")
        value = (bytes([count]) + struct.pack(">I", len(content)) + content).ljust(count * PIECE, b"\0")
        nonces = nonces or [os.urandom(12) for _ in range(count)]
        return [nonces[i] + AESGCM(self.aes).encrypt(nonces[i], value[i * PIECE:(i + 1) * PIECE], self.aad(i, seq)) for i in range(count)]

    def open_item(self, i, seq, item):
        demand(isinstance(item, bytes) and len(item) == 12 + PIECE + 16, "item length")
        try:
            return AESGCM(self.aes).decrypt(item[:12], item[12:], self.aad(i, seq))
        except InvalidTag:
            raise Refused("bad_record", "seal") from None

    def open(self, seq, items):
        pieces = b"".join(self.open_item(i, seq, item) for i, item in enumerate(items))
        count, length = pieces[0], struct.unpack(">I", pieces[1:5])[0]
        demand(1 <= count <= MOST_PIECES and len(items) == count and 5 + length <= len(pieces), "count, length")
        demand(not any(pieces[5 + length:]), "zeros")
        return pieces[5:5 + length]

    @staticmethod
    def count(first_piece):
        demand(1 <= first_piece[0] <= MOST_PIECES, "count")
        return first_piece[0]


# --- description ---

def pack_candidate(kind, priority, address, port):
    return bytes([TYPES.index(kind)]) + struct.pack(">IH", priority, port) + ipaddress.ip_address(address).packed


def unpack_candidate(raw):
    demand(isinstance(raw, bytes) and len(raw) in (11, 23) and raw[0] < 3, "candidate")
    priority, port = struct.unpack(">IH", raw[1:7])
    demand(port != 0, "port")
    return TYPES[raw[0]], priority, str(ipaddress.ip_address(raw[7:])), port


def describe(candidates, fingerprint, most, ufrag, password):
    packed = [pack_candidate(*c) for c in sorted(candidates, key=lambda c: -c[1])[:16]]
    return {b"c": packed, b"f": fingerprint, b"m": most, b"u": ufrag.encode(), b"w": password.encode()}


def check_description(d, loopback):
    names(d, b"cfmuw")
    demand(isinstance(d[b"c"], list) and len(d[b"c"]) <= 16, "candidates")
    candidates = [unpack_candidate(c) for c in d[b"c"]]
    demand(all(a[1] >= b[1] for a, b in zip(candidates, candidates[1:])), "falling priority")
    demand(loopback or not any(ipaddress.ip_address(c[2]).is_loopback for c in candidates), "loopback")
    demand(isinstance(d[b"f"], bytes) and len(d[b"f"]) == 32, "fingerprint")
    demand(type(d[b"m"]) is int and 0 <= d[b"m"] < 1 << 53, "max-message-size")
    for name, least in ((b"u", 4), (b"w", 22)):
        demand(isinstance(d[name], bytes) and least <= len(d[name]) <= 256, "ufrag, password")
        demand(all(b in ICE_CHAR for b in d[name]), "ice-char")


ICE_CHAR = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def sdp(d, setup):
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
             "c=IN IP4 0.0.0.0", "a=mid:0", "a=sctp-port:5000", f"a=max-message-size:{d[b'm']}"]
    for i, raw in enumerate(d[b"c"], 1):
        kind, priority, address, port = unpack_candidate(raw)
        related = "" if kind == "host" else f" raddr {'::' if ':' in address else '0.0.0.0'} rport 0"
        lines.append(f"a=candidate:{i} 1 udp {priority} {address} {port} typ {kind}{related}")
    fingerprint = ":".join(f"{b:02X}" for b in d[b"f"])
    lines += ["a=end-of-candidates", f"a=ice-ufrag:{d[b'u'].decode()}", f"a=ice-pwd:{d[b'w'].decode()}", f"a=fingerprint:sha-256 {fingerprint}", f"a=setup:{setup}"]
    return "\r\n".join(lines) + "\r\n"


# --- offer and answer ---

def names(value, expected):
    demand(isinstance(value, dict) and sorted(value) == sorted(bytes([b]) for b in expected), "names")


def write_content(person, slot_name, description, session, t, offer=None):
    spki = person.public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    value = {b"d": description, b"k": spki, b"s": session, b"t": t}
    if offer is not None:
        value[b"a"] = sha256(offer)
    value[b"z"] = person.sign_raw(b"jangbu/1/" + slot_name.encode() + b"\0" + bencode(value))
    return bencode(value)


def read_content(content, slot_name, seq, now, key=None, seen=(), offer=None, session=None, loopback=False):
    """Checks in the page's order, cheapest first; `why` of the refusal names the check. `key` is the pinned SPKI, none for an invitation."""
    value = bdecode(content)
    names(value, b"dkstz" if slot_name == "offer" else b"adkstz")
    demand(isinstance(value[b"k"], bytes) and 0 < len(value[b"k"]) <= 600, "lengths")
    demand(isinstance(value[b"s"], bytes) and len(value[b"s"]) == 16, "lengths")
    demand(type(value[b"t"]) is int and value[b"t"] >= 0 and isinstance(value[b"z"], bytes) and len(value[b"z"]) <= 512, "lengths")
    check_description(value[b"d"], loopback)
    demand(key is None or value[b"k"] == key, "k")
    demand(value[b"t"] == seq and abs(value[b"t"] - now) <= MINUTES_10, "time")
    if slot_name == "offer":
        demand(value[b"s"] not in seen, "s")
    else:
        demand(value[b"s"] == session, "s")
        demand(value[b"a"] == sha256(offer), "a")
    try:
        public = sized(serialization.load_der_public_key(value[b"k"]))
    except ValueError:
        raise Refused("bad_record", "k") from None
    unsigned = {name: part for name, part in value.items() if name != b"z"}
    verify(public, b"jangbu/1/" + slot_name.encode() + b"\0" + bencode(unsigned), value[b"z"])
    return value


# --- here ---

def compact(address, port):
    return ipaddress.ip_address(address).packed + struct.pack(">H", port)


def read_here(content):
    value = bdecode(content)
    demand(isinstance(value, list) and len(value) <= 4 and all(isinstance(a, bytes) and len(a) in (6, 18) for a in value), "here")
    return [(str(ipaddress.ip_address(a[:-2])), struct.unpack(">H", a[-2:])[0]) for a in value]
