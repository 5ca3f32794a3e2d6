"""A libtorrent DHT node driven by the JSON lines of `jangbu dht --stdio`. Arguments: the address:port of a node to join through."""
import hashlib
import json
import sys
import time

import libtorrent as lt


def expand(seed):
    """libtorrent signs with the expanded key: the clamped scalar and the prefix."""
    digest = bytearray(hashlib.sha512(seed).digest())
    digest[0] &= 248
    digest[31] &= 63
    digest[31] |= 64
    return bytes(digest)


session = lt.session({
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": True,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "dht_bootstrap_nodes": sys.argv[1] if len(sys.argv) > 1 else "",
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_ignore_dark_internet": False,
    "dht_block_ratelimit": 100000,
    "dht_upload_rate_limit": 10000000,
    "alert_mask": 0x7fffffff & ~lt.alert.category_t.dht_log_notification,
})


def wait(kind, match, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        session.wait_for_alert(50)
        for alert in session.pop_alerts():
            if isinstance(alert, kind) and match(alert):
                return alert
    return None


def nodes():
    session.post_dht_stats()
    alert = wait(lt.dht_stats_alert, lambda _: True, 2)
    return sum(bucket["num_nodes"] + bucket.get("num_replacements", 0) for bucket in alert.routing_table) if alert else 0


def salt_of(command):
    return bytes.fromhex(command["salt_hex"]) if "salt_hex" in command else command.get("salt", "").encode()


def handle(command):
    name = command["cmd"]
    if name == "add_node":
        host, port = command["address"].rsplit(":", 1)
        session.add_dht_node((host, int(port)))
        return {"ok": True}
    if name == "wait_nodes":
        end = time.monotonic() + command.get("timeout", 30)
        while (count := nodes()) < command["n"] and time.monotonic() < end:
            time.sleep(0.1)
        return {"ok": count >= command["n"], "nodes": count}
    if name == "put_mutable":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
        seed = bytes.fromhex(command["sk"])
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        session.dht_put_mutable_item(expand(seed), public, bytes.fromhex(command["value"]), salt_of(command))
        alert = wait(lt.dht_put_alert, lambda a: bytes(a.public_key) == public)
        return {"ok": bool(alert and alert.num_success), "stored": alert.num_success if alert else 0, "seq": alert.seq if alert else 0, "pk": public.hex()}
    if name == "get_mutable":
        public = bytes.fromhex(command["pk"])
        session.dht_get_mutable_item(public, salt_of(command))
        alert = wait(lt.dht_mutable_item_alert, lambda a: bytes(a.key) == public and a.authoritative)
        value = alert.item["value"] if alert and isinstance(alert.item, dict) and "value" in alert.item else alert.item if alert else None
        return {"ok": isinstance(value, bytes), "value": value.hex() if isinstance(value, bytes) else "", "seq": alert.seq if alert else 0}
    if name == "put_immutable":
        target = session.dht_put_immutable_item(bytes.fromhex(command["value"]))
        alert = wait(lt.dht_put_alert, lambda a: str(a.target) == str(target))
        return {"ok": bool(alert and alert.num_success), "target": str(target), "stored": alert.num_success if alert else 0}
    if name == "get_immutable":
        target = lt.sha1_hash(bytes.fromhex(command["target"]))
        session.dht_get_immutable_item(target)
        alert = wait(lt.dht_immutable_item_alert, lambda a: str(a.target) == command["target"])
        value = alert.item["value"] if alert and isinstance(alert.item, dict) and "value" in alert.item else alert.item if alert else None
        return {"ok": isinstance(value, bytes), "value": value.hex() if isinstance(value, bytes) else ""}
    if name == "announce":
        # Python cannot call dht_announce (its flags have no type there); a torrent announces itself, with the session's own port.
        wanted = lt.add_torrent_params()
        wanted.info_hash = lt.sha1_hash(bytes.fromhex(command["infohash"]))
        wanted.save_path = "/tmp"
        wanted.flags = lt.torrent_flags.update_subscribe
        torrent = session.add_torrent(wanted)
        torrent.force_dht_announce()
        wait(lt.dht_reply_alert, lambda _: False, 2)
        return {"ok": True, "port": session.listen_port()}
    if name == "get_peers":
        session.dht_get_peers(lt.sha1_hash(bytes.fromhex(command["infohash"])))
        alert = wait(lt.dht_get_peers_reply_alert, lambda a: str(a.info_hash) == command["infohash"] and a.num_peers() > 0, 10)
        return {"ok": alert is not None, "peers": ["%s:%d" % peer for peer in alert.peers()] if alert else []}
    return {"ok": False, "error": "unknown cmd"}


while session.listen_port() == 0:
    time.sleep(0.02)
print(json.dumps({"event": "ready", "port": session.listen_port()}), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    if command["cmd"] == "quit":
        break
    started = time.monotonic()
    try:
        answer = handle(command)
    except Exception as error:  # the test shows what went wrong
        answer = {"ok": False, "error": repr(error)}
    answer["ms"] = round((time.monotonic() - started) * 1000)
    if "id" in command:
        answer["id"] = command["id"]
    print(json.dumps(answer), flush=True)
