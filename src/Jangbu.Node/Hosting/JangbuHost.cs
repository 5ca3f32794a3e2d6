using Microsoft.Extensions.Hosting;

namespace Jangbu.Node.Hosting;

/// <summary>Starts a node with its host and stops it with it; a stop says bye to everybody, and what is not delivered waits on the disk.</summary>
public sealed class JangbuHost(JangbuOptions options) : IHostedService, IAsyncDisposable
{
    private JangbuNode? _node;

    /// <summary>The node.</summary>
    /// <exception cref="InvalidOperationException">The host has not started it, or has stopped it.</exception>
    public JangbuNode Node => _node ?? throw new InvalidOperationException("the host has not started the node, or has stopped it");

    /// <summary>True between start and stop.</summary>
    public bool IsRunning => _node is not null;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken) => _node = await JangbuNode.StartAsync(options, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _node, null) is { } node)
            await node.DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);
}
