using Jangbu.Node;

namespace Jangbu.Tests.Node;

/// <summary>Homes in a folder that is removed afterwards.</summary>
internal sealed class TemporaryHome : IDisposable
{
    public const string Password = "vector 비밀번호";

    public TemporaryHome() => Root = Directory.CreateTempSubdirectory("jangbu-").FullName;

    public string Root { get; }

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    public Task<HomeReport> InitAsync(string name) =>
        JangbuNode.InitAsync(new InitOptions { Home = Path(name), Name = name, Password = Password }, TestContext.Current.CancellationToken);

    public JangbuOptions Options(string name, BareDhtNode? dht = null) => new()
    {
        Home = Path(name),
        Password = Password,
        Bootstrap = dht is null ? null : [$"127.0.0.1:{dht.EndPoint.Port}"],
        Bind = System.Net.IPAddress.Loopback,
    };

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
