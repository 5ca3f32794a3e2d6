"""The Jangbu protocol once more, in Python, from docs/PROTOCOL.md and the standards it names alone.

It exists to find where our code and that page differ, and it may be read as the page's worked example. Needed: Debian's
python3-cryptography, and python3-aiortc for sessions. One module a section: strict (JSON, §0), identity (§1), records and
book (§2), envelope (§3), dht and rendezvous (§4), channel and session (§5), ledger (§6), proof (§7).
"""
