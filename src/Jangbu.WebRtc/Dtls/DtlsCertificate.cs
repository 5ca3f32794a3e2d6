using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Jangbu.WebRtc.Dtls.OpenSsl;

namespace Jangbu.WebRtc.Dtls;

/// <summary>
/// A certificate signed by itself, which a session shows and whose fingerprint is signalled (RFC 8122). P-256, so that the handshake is
/// short and every browser takes it. One may serve many sessions; its name says nothing.
/// </summary>
public sealed class DtlsCertificate : IDisposable
{
    private readonly byte[] _der;
    private readonly byte[] _privateKey;
    private readonly Lock _gate = new();
    private SafeSslContextHandle? _context;
    private bool _disposed;

    private DtlsCertificate(byte[] der, byte[] privateKey)
    {
        _der = der;
        _privateKey = privateKey;
        Fingerprint = DtlsFingerprint.OfCertificate(der);
    }

    /// <summary>SHA-256 of the certificate: what <c>a=fingerprint</c> says.</summary>
    public DtlsFingerprint Fingerprint { get; }

    /// <summary>The certificate in DER.</summary>
    public ReadOnlySpan<byte> Der => _der;

    /// <summary>Makes a key and a certificate, valid from a day before <paramref name="at"/> (clocks differ) to a year after it.</summary>
    public static DtlsCertificate Create(DateTimeOffset at)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=WebRTC", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(at.AddDays(-1), at.AddDays(365));
        return new(certificate.RawData, key.ExportECPrivateKey());
    }

    /// <summary>
    /// A name for one end of a simulated connection: random bytes in place of a certificate. <see cref="PlainDtlsSession"/> takes it; a real
    /// session refuses it.
    /// </summary>
    public static DtlsCertificate CreateForSimulation(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte[] name = new byte[32];
        random.GetBytes(name);
        return new(name, []);
    }

    /// <summary>The native context of this certificate, made at the first use.</summary>
    internal SafeSslContextHandle Context()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _context ??= SafeSslContextHandle.Create(_der, _privateKey);
        }
    }

    /// <summary>Zeroes the private key. Sessions that run go on; new ones cannot be made.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _context?.Dispose();
            CryptographicOperations.ZeroMemory(_privateKey);
        }
    }
}
