using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Jangbu.WebRtc.Dtls.OpenSsl;

/// <summary>An SSL_CTX: one certificate and the rules of every session that shows it.</summary>
internal sealed unsafe class SafeSslContextHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Forward secrecy and authenticated encryption only; AES-128-GCM first, for it is the fastest here.</summary>
    private const string Suites =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
        + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

    public SafeSslContextHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>A context for both roles: DTLS 1.2 only, no renegotiation, no tickets, no session cache, the peer must show a certificate.</summary>
    internal static SafeSslContextHandle Create(byte[] certificate, byte[] privateKey)
    {
        LibSsl.ERR_clear_error();
        SafeSslContextHandle context = LibSsl.SSL_CTX_new(LibSsl.DTLS_method());
        nint groups = Marshal.StringToCoTaskMemUTF8("X25519:P-256:P-384");
        try
        {
            fixed (byte* der = certificate)
            fixed (byte* key = privateKey)
            {
                bool made = !context.IsInvalid
                    && LibSsl.SSL_CTX_ctrl(context, LibSsl.SslCtrlSetMinVersion, LibSsl.Dtls12Version, 0) == 1
                    && LibSsl.SSL_CTX_ctrl(context, LibSsl.SslCtrlSetMaxVersion, LibSsl.Dtls12Version, 0) == 1
                    && LibSsl.SSL_CTX_ctrl(context, LibSsl.SslCtrlSetGroupsList, 0, groups) == 1
                    && LibSsl.SSL_CTX_set_cipher_list(context, Suites) == 1
                    && LibSsl.SSL_CTX_use_certificate_ASN1(context, certificate.Length, der) == 1
                    && LibSsl.SSL_CTX_use_PrivateKey_ASN1(LibSsl.KeyTypeEc, context, key, privateKey.Length) == 1
                    && LibSsl.SSL_CTX_check_private_key(context) == 1;
                if (!made)
                    throw new CryptographicException($"OpenSSL refused the DTLS certificate (reason {LibSsl.TakeErrorReason()})");
            }
        }
        catch (CryptographicException)
        {
            context.Dispose();
            throw;
        }
        finally
        {
            Marshal.FreeCoTaskMem(groups);
        }
        LibSsl.SSL_CTX_ctrl(context, LibSsl.SslCtrlSetSessionCacheMode, 0, 0);
        LibSsl.SSL_CTX_set_options(context, LibSsl.OptionNoQueryMtu | LibSsl.OptionNoTicket | LibSsl.OptionNoCompression | LibSsl.OptionNoRenegotiation);
        LibSsl.SSL_CTX_set_verify(context, LibSsl.VerifyPeer | LibSsl.VerifyFailIfNoPeerCert, 0);
        LibSsl.SSL_CTX_set_cert_verify_callback(context, &OpenSslDtlsSession.OnVerify, 0);
        return context;
    }

    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_CTX_free(handle);
        return true;
    }
}
