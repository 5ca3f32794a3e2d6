using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Jangbu.WebRtc.Drivers;
using Jangbu.WebRtc.Dtls;

namespace Jangbu.Interop.Tests.WebRtc;

/// <summary>DTLS sessions with the commands <c>openssl s_client</c> and <c>s_server</c>: handshake, data, SRTP profile, exporter (RFC 5764).</summary>
public sealed partial class OpenSslCommandTests : IDisposable
{
    private const string Exporter = "EXTRACTOR-dtls_srtp";
    private const string Srtp = "SRTP_AES128_CM_SHA1_80";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("jangbu-dtls").FullName;
    private readonly DtlsCertificate _certificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
    private readonly UdpSocketSet _sockets = UdpSocketSet.Create();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly StringBuilder _received = new();
    private UdpSocketToken _token;
    private IPEndPoint? _peer;

    [Fact]
    public void Server_WithSClient_AgreesOnEverything()
    {
        DtlsFingerprint theirs = CreateCertificate();
        Assert.True(_sockets.TryOpen(new IPEndPoint(IPAddress.Loopback, 0), out _token, out IPEndPoint local, out _));
        using OpenSslDtlsSession session = CreateSession(DtlsRole.Server, theirs);
        session.Start(_clock.Elapsed);
        using Process client = StartOpenSsl("s_client", "-connect", $"{local}");
        RunWith(session, client);
    }

    [Fact]
    public void Client_WithSServer_AgreesOnEverything()
    {
        DtlsFingerprint theirs = CreateCertificate();
        Assert.True(_sockets.TryOpen(new IPEndPoint(IPAddress.Loopback, 0), out UdpSocketToken reserved, out IPEndPoint port, out _));
        _sockets.Close(reserved);
        Assert.True(_sockets.TryOpen(new IPEndPoint(IPAddress.Loopback, 0), out _token, out _, out _));
        using Process server = StartOpenSsl("s_server", "-accept", $"{port}", "-Verify", "1", "-naccept", "1");
        _peer = port;
        using OpenSslDtlsSession session = CreateSession(DtlsRole.Client, theirs);
        session.Start(_clock.Elapsed);
        RunWith(session, server);
    }

    public void Dispose()
    {
        _sockets.Dispose();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void RunWith(OpenSslDtlsSession session, Process openssl)
    {
        StringBuilder output = new();
        openssl.OutputDataReceived += (_, line) => { lock (output) output.AppendLine(line.Data); };
        openssl.BeginOutputReadLine();
        openssl.BeginErrorReadLine();
        string Printed()
        {
            lock (output)
                return output.ToString();
        }
        RunUntil(session, () => session.State == DtlsState.Connected);
        Assert.Equal(SrtpProtectionProfile.Aes128CmHmacSha1Tag80, session.SrtpProfile);
        byte[] keys = new byte[60];
        Assert.True(session.TryExport(Exporter, keys));
        RunUntil(session, () => Keys().IsMatch(Printed()));
        Assert.Equal(Convert.ToHexString(keys), Keys().Match(Printed()).Groups[1].Value);

        openssl.StandardInput.WriteLine("안녕 from openssl");
        openssl.StandardInput.Flush();
        RunUntil(session, () => _received.ToString().Contains("안녕 from openssl", StringComparison.Ordinal));
        byte[] datagram = new byte[2_000];
        Assert.True(session.TryProtect("hello from us\n"u8, datagram, out int length));
        _sockets.Send(_token, _peer!, datagram.AsSpan(0, length));
        RunUntil(session, () => Printed().Contains("hello from us", StringComparison.Ordinal));

        session.Close(_clock.Elapsed);
        Carry(session);
        Assert.True(openssl.WaitForExit(Patience));
    }

    private void RunUntil(OpenSslDtlsSession session, Func<bool> condition)
    {
        TimeSpan end = _clock.Elapsed + Patience;
        while (!condition())
        {
            Assert.True(_clock.Elapsed < end, $"{session.State} {session.Failure}");
            Carry(session);
            _sockets.Wait(TimeSpan.FromMilliseconds(20));
            while (_sockets.TryReceive(out UdpDatagram datagram))
            {
                _peer ??= datagram.Remote;
                session.Receive(_clock.Elapsed, datagram.Data);
            }
            while (session.TryRead(out ReadOnlySpan<byte> data))
                _received.Append(Encoding.UTF8.GetString(data));
            session.Advance(_clock.Elapsed);
        }
    }

    private void Carry(OpenSslDtlsSession session)
    {
        byte[] datagram = new byte[2_000];
        while (_peer is not null && session.TryTransmit(datagram, out int length))
            _sockets.Send(_token, _peer, datagram.AsSpan(0, length));
        _sockets.Flush();
    }

    private OpenSslDtlsSession CreateSession(DtlsRole role, DtlsFingerprint theirs) => new(new DtlsOptions
    {
        Role = role,
        Certificate = _certificate,
        PeerFingerprints = [theirs],
        SrtpProfiles = [SrtpProtectionProfile.Aes128CmHmacSha1Tag80],
    });

    private DtlsFingerprint CreateCertificate()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "Debian's openssl is not installed");
        using Process made = PeerProgram.Start(
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=peer",
            "-keyout", Path.Combine(_folder, "key.pem"), "-out", Path.Combine(_folder, "certificate.pem"));
        made.StandardError.ReadToEnd();
        made.WaitForExit();
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(_folder, "certificate.pem")));
        return DtlsFingerprint.OfCertificate(certificate.RawData);
    }

    private Process StartOpenSsl(string command, params string[] arguments) => PeerProgram.Start(
        "/usr/bin/openssl",
        [
            command, "-dtls1_2", "-cert", Path.Combine(_folder, "certificate.pem"), "-key", Path.Combine(_folder, "key.pem"),
            "-use_srtp", Srtp, "-keymatexport", Exporter, "-keymatexportlen", "60", .. arguments,
        ]);

    [GeneratedRegex("Keying material: ([0-9A-F]{120})")]
    private static partial Regex Keys();
}
