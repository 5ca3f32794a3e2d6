"""aiortc's SCTP and data channels without ICE and DTLS: packets as two bytes of length and the packet, on stdin and stdout.

argv[1] is the ICE role that aiortc takes its SCTP role from: "controlling" begins the association, "controlled" awaits it.
Echoes every message of every channel; "open:LABEL" on a channel opens another, "close" closes the channel it came on.
"""
import asyncio
import struct
import sys

from aiortc.rtcdatachannel import RTCDataChannel, RTCDataChannelParameters
from aiortc.rtcsctptransport import RTCSctpCapabilities, RTCSctpTransport


class Ice:
    def __init__(self, role):
        self.role = role


class Pipe:
    """Stands for the DTLS transport."""

    state = "connected"

    def __init__(self, role):
        self.transport = Ice(role)
        self.receiver = None

    def _register_data_receiver(self, receiver):
        self.receiver = receiver

    def _unregister_data_receiver(self, receiver):
        self.receiver = None

    async def _send_data(self, data):
        sys.stdout.buffer.write(struct.pack("!H", len(data)) + data)
        sys.stdout.buffer.flush()


def serve(channel):
    @channel.on("message")
    def on_message(message):
        if message == "close":
            channel.close()
        elif isinstance(message, str) and message.startswith("open:"):
            serve(RTCDataChannel(channel.transport, RTCDataChannelParameters(label=message[5:])))
        else:
            channel.send(message)


async def main():
    pipe = Pipe(sys.argv[1])
    sctp = RTCSctpTransport(pipe)
    sctp.on("datachannel", serve)
    await sctp.start(RTCSctpCapabilities(maxMessageSize=65536), 5000)
    reader = asyncio.StreamReader()
    await asyncio.get_event_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while True:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            packet = await reader.readexactly(length)
        except asyncio.IncompleteReadError:
            break
        if pipe.receiver is not None:
            await pipe.receiver._handle_data(packet)


asyncio.run(main())
