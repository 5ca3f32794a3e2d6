using System.Net;
using Jangbu.Node.Drivers;

namespace Jangbu.Node;

/// <summary>A DHT node with no ledger: for a private network, or to give something back to the public one. It serves from the start.</summary>
public sealed class BareDhtNode : IAsyncDisposable
{
    private readonly DhtLoop _loop;

    private BareDhtNode(DhtLoop loop) => _loop = loop;

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _loop.EndPoint;

    /// <summary>Its id in the DHT, 40 hex digits; it may change once its outer address is known (BEP 42).</summary>
    public string NodeId => _loop.Read(node => node.Id.ToString());

    /// <summary>How many nodes it knows that answered lately.</summary>
    public int Contacts => _loop.Read(node => node.Stats(_loop.Elapsed).GoodContacts);

    /// <summary>Starts one; it listens when this returns.</summary>
    /// <exception cref="JangbuException">The port cannot be had, or a bootstrap node cannot be meant.</exception>
    public static async Task<BareDhtNode> StartAsync(DhtNodeOptions? options = null, CancellationToken cancellationToken = default)
    {
        DhtLoop loop = DhtLoop.Start(options ?? new DhtNodeOptions());
        try
        {
            await loop.JoinAsync(cancellationToken).ConfigureAwait(false);
            return new BareDhtNode(loop);
        }
        catch
        {
            await loop.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes one JSON command a line and answers each with one JSON line (docs/CLI.md), until <c>quit</c> or the end of the input.</summary>
    public Task RunConsoleAsync(TextReader input, TextWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        return _loop.RunConsoleAsync(input, output, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();
}
