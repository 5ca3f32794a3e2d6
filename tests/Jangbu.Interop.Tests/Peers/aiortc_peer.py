"""aiortc doing the same work as bench/DataChannelPeer: JSON lines on stdin and stdout."""
import asyncio
import json
import sys
import time

from aiortc import RTCPeerConnection, RTCSessionDescription


async def lines():
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def read(reader):
    line = await reader.readline()
    return json.loads(line) if line.strip() else None


def put(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def serve(channel):
    count = 0

    @channel.on("message")
    def on_message(data):
        nonlocal count
        if channel.label != "sink":
            channel.send(data)
        elif data == "END":
            channel.send(json.dumps({"bytes": count}))
        else:
            count += len(data)


async def answerer(reader):
    pc = None
    while (offer := await read(reader)) is not None:
        if pc:
            await pc.close()
        pc = RTCPeerConnection()
        pc.on("datachannel", serve)
        await pc.setRemoteDescription(RTCSessionDescription(offer["sdp"], "offer"))
        await pc.setLocalDescription(await pc.createAnswer())
        put({"type": "answer", "sdp": pc.localDescription.sdp})
    if pc:
        await pc.close()


async def connect(reader, label):
    pc = RTCPeerConnection()
    channel = pc.createDataChannel(label)
    opened = asyncio.Event()
    channel.on("open", lambda: opened.set())
    inbox = asyncio.Queue()
    channel.on("message", inbox.put_nowait)
    await pc.setLocalDescription(await pc.createOffer())
    put({"type": "offer", "sdp": pc.localDescription.sdp})
    answer = await read(reader)
    await pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
    await opened.wait()
    return pc, channel, inbox


def message(i, size):
    data = bytearray((31 * i + k) % 256 for k in range(256)) * (size // 256 + 1)
    del data[size:]
    data[:min(4, size)] = i.to_bytes(4, "big")[:min(4, size)]
    return bytes(data)


async def echo(channel, inbox, n, size, spread):
    size_of = (lambda i: i * 7919 % (size + 1)) if spread else (lambda i: size)
    bad = sent = 0
    for _ in range(min(n, 16)):
        channel.send(message(sent, size_of(sent)))
        sent += 1
    for i in range(n):
        if await inbox.get() != message(i, size_of(i)):
            bad += 1
        if sent < n:
            channel.send(message(sent, size_of(sent)))
            sent += 1
    return {"ok": bad == 0, "echoed": n, "bad": bad}


async def throughput(channel, inbox, size, total, secs):
    data, start, sent = bytes([7]) * size, time.perf_counter(), 0
    low = asyncio.Event()
    channel.bufferedAmountLowThreshold = 1 << 20
    channel.on("bufferedamountlow", low.set)
    while sent < total and time.perf_counter() - start < secs:
        while channel.bufferedAmount < 4 << 20 and sent < total:
            channel.send(data)
            sent += size
        if channel.bufferedAmount > 1 << 20:
            low.clear()
            await low.wait()
        else:
            await asyncio.sleep(0)
    channel.send("END")
    count = json.loads(await inbox.get())["bytes"]
    return {"mb_per_s": count / 1e6 / (time.perf_counter() - start), "bytes": count}


async def round_trips(channel, inbox, size, window, secs):
    data, start, count = bytes([7]) * size, time.perf_counter(), 0
    for _ in range(window):
        channel.send(data)
    while time.perf_counter() - start < secs:
        await inbox.get()
        count += 1
        channel.send(data)
    return {"per_s": count / (time.perf_counter() - start), "count": count}


async def setup(reader, count):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        pc, channel, inbox = await connect(reader, "echo")
        channel.send("x")
        await inbox.get()
        times.append((time.perf_counter() - start) * 1000)
        await pc.close()
    times.sort()
    return {"median_ms": times[count // 2], "min_ms": times[0], "p90_ms": times[min(count - 1, int(count * 0.9))], "max_ms": times[-1]}


async def main():
    reader = await lines()
    if sys.argv[1] == "answerer":
        return await answerer(reader)
    mode, pairs = sys.argv[2], sys.argv[3:]
    options = {name[2:]: float(value) for name, value in zip(pairs[::2], pairs[1::2])}
    get = lambda name, default: options.get(name, default)
    if mode == "setup":
        return put(await setup(reader, int(get("count", 20))))
    pc, channel, inbox = await connect(reader, "sink" if mode == "tput" else "echo")
    if mode == "echo":
        put(await echo(channel, inbox, int(get("n", 100)), int(get("size", 1024)), get("spread", 0)))
    elif mode == "tput":
        put(await throughput(channel, inbox, int(get("size", 16384)), get("total", 1e9), get("secs", 5)))
    else:
        put(await round_trips(channel, inbox, int(get("size", 1024)), int(get("window", 1)), get("secs", 5)))
    await pc.close()


asyncio.run(main())
