using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Jangbu.WebRtc.Sctp;

// How fast is the association alone? Two of them back to back in one thread, no sockets and no DTLS: what a data channel can at most do here.
// dotnet run -c Release --project bench/SctpLoop -- [message bytes] [megabytes] [packets a batch] [checksum|zero]
int size = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 16_384;
long total = (args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 1000) * 1_000_000;
int batch = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 32;
bool zeroChecksum = args.Length <= 3 || args[3] == "zero";

using RandomNumberGenerator random = RandomNumberGenerator.Create();
AssociationOptions options = new() { ZeroChecksum = zeroChecksum };
Association sender = new(options, random), receiver = new(options, random);
Stopwatch clock = Stopwatch.StartNew();
byte[][] wire = [.. Enumerable.Range(0, batch).Select(_ => new byte[2048])];
int[] lengths = new int[batch];
byte[] message = new byte[size];
long received = 0;

sender.Connect(clock.Elapsed);
while (sender.State != AssociationState.Established || receiver.State != AssociationState.Established)
    Turn();
Transfer(total / 10);
long allocated = GC.GetAllocatedBytesForCurrentThread();
TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
TimeSpan begun = clock.Elapsed;
AssociationStats before = sender.Stats;
long packets = before.PacketsSent, sacks = receiver.Stats.SacksSent;
Transfer(total);
TimeSpan took = clock.Elapsed - begun;
TimeSpan used = Process.GetCurrentProcess().TotalProcessorTime - processor;
allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
packets = sender.Stats.PacketsSent - packets;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{size} bytes a message: {total / took.TotalSeconds / 1e6:F0} MB/s, {used.TotalSeconds * 1e9 / total:F2} CPU s/GB, "
    + $"{used.TotalMicroseconds / packets:F2} us a packet, {(double)allocated / packets:F1} bytes allocated a packet, "
    + $"{packets} packets, {receiver.Stats.SacksSent - sacks} SACKs, {sender.Stats.Retransmissions} retransmissions, window {sender.CongestionWindow}"));

void Transfer(long bytes)
{
    long goal = received + bytes, queued = received;
    while (received < goal)
    {
        while (queued < goal && sender.BufferedAmount < 1_000_000 && sender.Send(clock.Elapsed, default, PayloadProtocol.Binary, message) == SendResult.Queued)
            queued += size;
        Turn();
    }
    while (sender.BytesInFlight > 0)
        Turn();
}

void Turn()
{
    Carry(sender, receiver);
    Carry(receiver, sender);
    TimeSpan now = clock.Elapsed;
    if (sender.Deadline <= now)
        sender.Advance(now);
    if (receiver.Deadline <= now)
        receiver.Advance(now);
}

void Carry(Association from, Association to)
{
    int count = 0;
    while (count < batch && from.TryTransmit(wire[count], out lengths[count]))
        count++;
    TimeSpan now = clock.Elapsed;
    for (int i = 0; i < count; i++)
        to.Receive(now, wire[i].AsSpan(0, lengths[i]));
    while (to.TryDequeue(out AssociationEvent happened))
        received += happened.Payload.Length;
}
