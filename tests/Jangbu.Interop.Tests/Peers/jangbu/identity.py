"""§1: one RSA key a person, the PeerId, the card, the safety number, and signatures as compact JWS."""
import re, unicodedata

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .strict import Refused, b64u, demand, integer, parse, sha256, shape, text, time, unb64u, write

PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def hkdf(ikm, salt, info, length):
    return HKDF(hashes.SHA256(), length, salt, info).derive(ikm)


def password_bytes(password):
    """§6: NFC in UTF-8."""
    return unicodedata.normalize("NFC", password).encode()


def password_of_file(path):
    with open(path, encoding="utf-8", newline="") as file:
        password = file.read()
    return password[:-2] if password.endswith("\r\n") else password[:-1] if password.endswith("\n") else password


# --- PeerId: bech32m (BIP 350) over the RFC 7638 thumbprint ---

def polymod(values):
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


PREFIX = [3, 3, 0, 10, 2]  # "jb" expanded: the high bits of its letters, 0, the low bits


def id_text(raw):
    bits = int.from_bytes(raw, "big") << 4
    data = [bits >> 5 * i & 31 for i in reversed(range(52))]
    check = polymod(PREFIX + data + [0] * 6) ^ 0x2BC830A3
    return "jb1" + "".join(LETTERS[v] for v in data + [check >> 5 * (5 - i) & 31 for i in range(6)])


def id_bytes(value):
    demand(isinstance(value, str) and re.fullmatch(f"jb1[{LETTERS}]{{58}}", value, re.ASCII), "PeerId")
    data = [LETTERS.index(c) for c in value[3:]]
    demand(polymod(PREFIX + data) == 0x2BC830A3, "PeerId checksum")
    bits = 0
    for v in data[:52]:
        bits = bits << 5 | v
    demand(bits & 15 == 0, "PeerId padding")
    return (bits >> 4).to_bytes(32, "big")


def thumbprint(public):
    n, e = jwk_numbers(public)
    return sha256(f'{{"e":"{e}","kty":"RSA","n":"{n}"}}'.encode())


def jwk_numbers(public):
    numbers = public.public_numbers()
    return b64u(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")), b64u(numbers.e.to_bytes(3, "big"))


def sized(public, code="bad_record"):
    demand(isinstance(public, rsa.RSAPublicKey) and public.key_size in (2048, 3072, 4096) and public.public_numbers().e == 65537, "key", code)
    return public


# --- JWS ---

def read_jws(compact, typ, most=None):
    """Form and header only; gives (kid, payload bytes, signed text, signature)."""
    demand(isinstance(compact, str), "JWS")
    demand(most is None or len(compact.encode()) <= most, "JWS size", "too_large")
    parts = compact.split(".")
    demand(len(parts) == 3, "three parts")
    header = shape(parse(unb64u(parts[0])), ("alg", "kid", "typ"))
    demand(header["alg"] == "PS256" and header["typ"] == typ, "alg, typ")
    id_bytes(header["kid"])
    payload, signature = unb64u(parts[1]), unb64u(parts[2])
    demand(len(signature) in (256, 384, 512), "length of the signature")
    return header["kid"], payload, f"{parts[0]}.{parts[1]}".encode(), signature


def verify(public, signed, signature):
    try:
        public.verify(signature, signed, PSS, hashes.SHA256())
    except InvalidSignature:
        raise Refused("bad_signature", "signature") from None


class Person:
    """Someone with the private key."""

    def __init__(self, private):
        self.private = private
        self.public = sized(private.public_key())
        self.raw_id = thumbprint(self.public)
        self.id = id_text(self.raw_id)
        numbers = private.private_numbers()
        self.larger_prime = max(numbers.p, numbers.q).to_bytes(private.key_size // 16, "big")
        self.seed = hkdf(self.larger_prime, b"jangbu/1", b"rendezvous", 32)
        self.rdv_key = X25519PrivateKey.from_private_bytes(self.seed)
        self.rdv = self.rdv_key.public_key().public_bytes(*RAW)

    @staticmethod
    def of_pem(pem, password):
        return Person(serialization.load_pem_private_key(pem, password_bytes(password)))

    @staticmethod
    def generate(bits=2048):
        return Person(rsa.generate_private_key(65537, bits))

    def pem(self, password):
        encryption = serialization.BestAvailableEncryption(password_bytes(password))
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)

    def public_pem(self):
        return self.public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign_raw(self, data):
        return self.private.sign(data, PSS, hashes.SHA256())

    def sign(self, purpose, payload, **header):
        """A compact JWS with `purpose` as `typ`; `header` exchanges header members, for wrong ones."""
        head = b64u(write({"alg": "PS256", "kid": self.id, "typ": purpose, **header}).encode())
        signed = f"{head}.{b64u(payload)}"
        return f"{signed}.{b64u(self.sign_raw(signed.encode()))}"

    def pair_key(self, rdv):
        return self.rdv_key.exchange(X25519PublicKey.from_public_bytes(rdv))

    def card_payload(self, name, at):
        n, e = jwk_numbers(self.public)
        return write({"v": 1, "id": self.id, "name": name, "key": {"kty": "RSA", "n": n, "e": e}, "rdv": b64u(self.rdv), "at": at}).encode()

    def card(self, name, at):
        return self.sign("jangbu-card", self.card_payload(name, at))


class Card:
    """A contact's card, checked."""

    def __init__(self, jws):
        kid, payload, signed, signature = read_jws(jws, "jangbu-card", 8192)
        card = shape(parse(payload), ("v", "id", "name", "key", "rdv", "at"))
        demand(integer(card["v"]) == 1, "version")
        self.name, self.at = text(card["name"], 1, 64), time(card["at"])
        key = shape(card["key"], ("kty", "n", "e"))
        demand(key["kty"] == "RSA" and key["e"] == "AQAB", "kty, e")
        n = unb64u(key["n"])
        demand(len(n) in (256, 384, 512) and n[0] >= 128, "key size")
        try:
            self.public = sized(rsa.RSAPublicNumbers(65537, int.from_bytes(n, "big")).public_key())
        except ValueError:
            raise Refused("bad_record", "key") from None
        self.rdv = unb64u(card["rdv"], 32)
        self.raw_id, self.id, self.jws = id_bytes(card["id"]), card["id"], jws
        demand(thumbprint(self.public) == self.raw_id and kid == self.id, "id is not the key's")
        verify(self.public, signed, signature)

    @property
    def spki(self):
        return self.public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def safety_number(a, b):
    digest = b"jangbu/1/safety" + min(a, b) + max(a, b)
    for _ in range(5200):
        digest = sha256(digest)
    bits = int.from_bytes(digest[:30], "big")
    return "".join(f"{(bits >> 20 * i & 0xFFFFF) % 100000:05}" for i in reversed(range(12)))
