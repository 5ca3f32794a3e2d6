using Jangbu.Bench.DataChannelPeer;

// DataChannelPeer answerer | offerer echo|setup|tput|rtt [options]: one JSON object a line on stdin and stdout, nothing else on stdout.
if (!PeerArguments.TryParse(args, out PeerArguments? arguments, out string error))
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(PeerArguments.Usage);
    return 2;
}
using var peer = new Peer(arguments);
return await peer.RunAsync();
