"""A second implementation of PROTOCOL sections 1 to 3 and of ledger lines, by Debian's python3-cryptography and nothing of ours.

usage: crypto_peer.py read FOLDER     prints as JSON what it makes of the files that Jangbu wrote there
       crypto_peer.py write FOLDER    writes files of its own there, for Jangbu to read
"""
import base64, hashlib, json, os, sys, unicodedata
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def b64u(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64u(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def polymod(values):
    generators = [0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i in range(5):
            check ^= generators[i] if (top >> i) & 1 else 0
    return check


def peer_id(public):
    numbers = public.public_numbers()
    length = (numbers.n.bit_length() + 7) // 8
    jwk = '{"e":"%s","kty":"RSA","n":"%s"}' % (b64u(numbers.e.to_bytes(3, "big")), b64u(numbers.n.to_bytes(length, "big")))
    bits = int.from_bytes(hashlib.sha256(jwk.encode()).digest(), "big") << 4
    data = [bits >> 5 * i & 31 for i in reversed(range(52))]
    expanded = [ord(c) >> 5 for c in "jb"] + [0] + [ord(c) & 31 for c in "jb"]
    check = polymod(expanded + data + [0] * 6) ^ 0x2BC830A3
    return "jb1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[v] for v in data + [check >> 5 * (5 - i) & 31 for i in range(6)])


def sign(private, typ, payload):
    header = {"alg": "PS256", "kid": peer_id(private.public_key()), "typ": typ}
    text = b64u(json.dumps(header).encode()) + "." + b64u(payload)
    return text + "." + b64u(private.sign(text.encode(), PSS, hashes.SHA256()))


def verified(public, text):
    head, _, signature = text.rpartition(".")
    try:
        public.verify(unb64u(signature), head.encode(), PSS, hashes.SHA256())
    except InvalidSignature:
        return None
    return unb64u(head.split(".")[1]).decode()


def seal(public, plaintext):
    header = {"typ": "jangbu-sealed", "alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": peer_id(public)}
    protected = b64u(json.dumps(header).encode())
    key, iv = os.urandom(32), os.urandom(12)
    sealed = AESGCM(key).encrypt(iv, plaintext, protected.encode())
    return json.dumps({"protected": protected, "encrypted_key": b64u(public.encrypt(key, OAEP)), "iv": b64u(iv),
                       "ciphertext": b64u(sealed[:-16]), "tag": b64u(sealed[-16:])})


def opened(private, text):
    jwe = json.loads(text)
    key = private.decrypt(unb64u(jwe["encrypted_key"]), OAEP)
    return AESGCM(key).decrypt(unb64u(jwe["iv"]), unb64u(jwe["ciphertext"]) + unb64u(jwe["tag"]), jwe["protected"].encode()).decode()


def read(folder):
    password = unicodedata.normalize("NFC", (folder / "password").read_text("utf-8")).encode()
    private = serialization.load_pem_private_key((folder / "private.pem").read_bytes(), password)
    public = serialization.load_pem_public_key((folder / "public.pem").read_bytes())
    assert private.public_key().public_numbers() == public.public_numbers()
    composed = (folder / "composed").read_text("utf-8").split("\n")
    texts = (folder / "texts").read_text("utf-8").split("\n")
    wrong = [text for text, nfc in zip(texts, composed, strict=True) if unicodedata.normalize("NFC", text) != nfc]
    return {
        "id": peer_id(public),
        "token": Fernet((folder / "fernet.key").read_bytes()).decrypt((folder / "token").read_bytes()).decode(),
        "record": verified(public, (folder / "record.jws").read_text()),
        "forged": verified(public, (folder / "forged.jws").read_text()),
        "envelope": opened(private, (folder / "envelope.jbmsg").read_text()),
        "texts": len(texts),
        "wrong": [ascii(text) for text in wrong[:5]],
        "unicode": unicodedata.unidata_version,
    }


def write(folder):
    theirs = serialization.load_pem_public_key((folder / "public.pem").read_bytes())
    private = rsa.generate_private_key(65537, 2048)
    password = (folder / "password").read_text("utf-8")
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.BestAvailableEncryption(unicodedata.normalize("NFC", password).encode()))
    public = private.public_key()
    (folder / "python.pem").write_bytes(pem)
    (folder / "python.pub.pem").write_bytes(public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    (folder / "python.token").write_bytes(Fernet((folder / "fernet.key").read_bytes()).encrypt("장부 from Python".encode()))
    (folder / "python.jws").write_text(sign(private, "jangbu-record", '{"memo":"점심"}'.encode()))
    (folder / "python.jbmsg").write_text(seal(theirs, '{"records":["가"]}'.encode()))
    return {"id": peer_id(public)}


print(json.dumps({"read": read, "write": write}[sys.argv[1]](Path(sys.argv[2]))))
