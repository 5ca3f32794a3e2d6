"""§3: the sealed envelope, a JWE in flattened JSON serialization."""
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .identity import id_text, thumbprint
from .strict import Refused, array, b64u, demand, parse, shape, unb64u, write

OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
MEMBERS = ("protected", "encrypted_key", "iv", "ciphertext", "tag")
MOST_BYTES, MOST_RECORDS = 192 * 1024, 64


def seal(public, plaintext, **header):
    """The envelope as a dictionary; `header` exchanges members, for wrong ones."""
    head = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": id_text(thumbprint(public)), "typ": "jangbu-sealed", **header}
    protected, key, iv = b64u(write(head).encode()), os.urandom(32), os.urandom(12)
    sealed = AESGCM(key).encrypt(iv, plaintext, protected.encode())
    return {"protected": protected, "encrypted_key": b64u(public.encrypt(key, OAEP)), "iv": b64u(iv),
            "ciphertext": b64u(sealed[:-16]), "tag": b64u(sealed[-16:])}


def seal_records(public, records):
    return seal(public, write({"records": records}).encode())


def unseal(person, envelope):
    """The plaintext's bytes; every failure but size is `unreadable`."""
    try:
        shape(envelope, MEMBERS)
        demand(all(isinstance(envelope[m], str) for m in MEMBERS), "text")
        demand(sum(len(envelope[m].encode()) for m in MEMBERS) <= MOST_BYTES, "sum of the five texts", "too_large")
        header = shape(parse(unb64u(envelope["protected"])), ("alg", "enc", "kid", "typ"))
        demand(header == {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": person.id, "typ": "jangbu-sealed"}, "header")
        key = person.private.decrypt(unb64u(envelope["encrypted_key"]), OAEP)
        demand(len(key) == 32, "content key")
        sealed = unb64u(envelope["ciphertext"]) + unb64u(envelope["tag"], 16)
        return AESGCM(key).decrypt(unb64u(envelope["iv"], 12), sealed, envelope["protected"].encode())
    except Refused as refused:
        raise refused if refused.code == "too_large" else Refused("unreadable", refused.why) from None
    except (ValueError, InvalidTag) as error:
        raise Refused("unreadable", repr(error)) from None


def open_envelope(person, envelope):
    """The compact records inside."""
    records = array(shape(parse(unseal(person, envelope)), ("records",))["records"], 1, MOST_RECORDS)
    demand(all(isinstance(record, str) for record in records), "records are texts")
    return records
