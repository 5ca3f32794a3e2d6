using System.Reflection;
using System.Runtime.InteropServices;

namespace Jangbu.WebRtc.Dtls.OpenSsl;

/// <summary>What is called of OpenSSL 3's libssl and libcrypto; macros of its headers are spelled out as the ctrl calls they are.</summary>
internal static unsafe partial class LibSsl
{
    private const string Ssl = "libssl";
    private const string Crypto = "libcrypto";

    static LibSsl() => NativeLibrary.SetDllImportResolver(typeof(LibSsl).Assembly, Resolve);

    // Numbers of the headers ssl.h, bio.h, dtls1.h, x509_vfy.h of OpenSSL 3.
    internal const int SslCtrlMode = 33;
    internal const int SslCtrlSetMtu = 17;
    internal const int SslCtrlSetSessionCacheMode = 44;
    internal const int SslCtrlGetTimeout = 73;
    internal const int SslCtrlHandleTimeout = 74;
    internal const int SslCtrlSetGroupsList = 92;
    internal const int SslCtrlSetMinVersion = 123;
    internal const int SslCtrlSetMaxVersion = 124;
    internal const int Dtls12Version = 0xFEFD;
    internal const int VerifyPeer = 1, VerifyFailIfNoPeerCert = 2;
    internal const int KeyTypeEc = 408;
    internal const ulong OptionNoQueryMtu = 1 << 12, OptionNoTicket = 1 << 14, OptionNoCompression = 1 << 17, OptionNoRenegotiation = 1 << 30;
    internal const int ErrorNone = 0, ErrorSsl = 1, ErrorWantRead = 2, ErrorWantWrite = 3, ErrorSyscall = 5, ErrorZeroReturn = 6;
    internal const int BioTypeSourceSink = 0x0400;
    internal const int BioFlagsReadRetry = 0x09, BioFlagsRetryMask = 0x0F;
    internal const int BioCtrlPending = 10, BioCtrlFlush = 11, BioCtrlWPending = 13;
    internal const int VerifyErrorCertRejected = 28;
    internal const int ReasonReadTimeoutExpired = 312, ReasonAlertBase = 1000;

    [LibraryImport(Ssl)] internal static partial nint DTLS_method();
    [LibraryImport(Ssl)] internal static partial SafeSslContextHandle SSL_CTX_new(nint method);
    [LibraryImport(Ssl)] internal static partial void SSL_CTX_free(nint context);
    [LibraryImport(Ssl)] internal static partial nint SSL_CTX_ctrl(SafeSslContextHandle context, int command, nint number, nint pointer);
    [LibraryImport(Ssl)] internal static partial ulong SSL_CTX_set_options(SafeSslContextHandle context, ulong options);
    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)] internal static partial int SSL_CTX_set_cipher_list(SafeSslContextHandle context, string list);
    [LibraryImport(Ssl)] internal static partial int SSL_CTX_use_certificate_ASN1(SafeSslContextHandle context, int length, byte* der);
    [LibraryImport(Ssl)] internal static partial int SSL_CTX_use_PrivateKey_ASN1(int type, SafeSslContextHandle context, byte* der, nint length);
    [LibraryImport(Ssl)] internal static partial int SSL_CTX_check_private_key(SafeSslContextHandle context);
    [LibraryImport(Ssl)] internal static partial void SSL_CTX_set_verify(SafeSslContextHandle context, int mode, nint callback);
    [LibraryImport(Ssl)] internal static partial void SSL_CTX_set_cert_verify_callback(SafeSslContextHandle context, delegate* unmanaged<nint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)] internal static partial SafeSslHandle SSL_new(SafeSslContextHandle context);
    [LibraryImport(Ssl)] internal static partial void SSL_free(nint ssl);
    [LibraryImport(Ssl)] internal static partial void SSL_set_bio(SafeSslHandle ssl, nint read, nint write);
    [LibraryImport(Ssl)] internal static partial void SSL_set_accept_state(SafeSslHandle ssl);
    [LibraryImport(Ssl)] internal static partial void SSL_set_connect_state(SafeSslHandle ssl);
    [LibraryImport(Ssl)] internal static partial nint SSL_ctrl(SafeSslHandle ssl, int command, nint number, void* pointer);
    [LibraryImport(Ssl)] internal static partial int SSL_do_handshake(SafeSslHandle ssl);
    [LibraryImport(Ssl)] internal static partial int SSL_read(SafeSslHandle ssl, byte* buffer, int length);
    [LibraryImport(Ssl)] internal static partial int SSL_write(SafeSslHandle ssl, byte* buffer, int length);
    [LibraryImport(Ssl)] internal static partial int SSL_shutdown(SafeSslHandle ssl);
    [LibraryImport(Ssl)] internal static partial int SSL_get_error(SafeSslHandle ssl, int result);
    [LibraryImport(Ssl)] internal static partial int SSL_set_ex_data(SafeSslHandle ssl, int index, nint data);
    [LibraryImport(Ssl)] internal static partial nint SSL_get_ex_data(nint ssl, int index);
    [LibraryImport(Ssl)] internal static partial int SSL_get_ex_data_X509_STORE_CTX_idx();
    [LibraryImport(Ssl)] internal static partial void DTLS_set_timer_cb(SafeSslHandle ssl, delegate* unmanaged<nint, uint, uint> callback);
    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)] internal static partial int SSL_set_tlsext_use_srtp(SafeSslHandle ssl, string profiles);
    [LibraryImport(Ssl)] internal static partial SrtpProfile* SSL_get_selected_srtp_profile(SafeSslHandle ssl);
    [LibraryImport(Ssl)]
    internal static partial int SSL_export_keying_material(
        SafeSslHandle ssl, byte* output, nuint outputLength, byte* label, nuint labelLength, byte* context, nuint contextLength, int useContext);

    [LibraryImport(Crypto)] internal static partial nint X509_STORE_CTX_get_ex_data(nint store, int index);
    [LibraryImport(Crypto)] internal static partial nint X509_STORE_CTX_get0_cert(nint store);
    [LibraryImport(Crypto)] internal static partial void X509_STORE_CTX_set_error(nint store, int error);
    [LibraryImport(Crypto)] internal static partial int i2d_X509(nint certificate, byte** output);
    [LibraryImport(Crypto)] internal static partial void ERR_clear_error();
    [LibraryImport(Crypto)] internal static partial nuint ERR_get_error();
    [LibraryImport(Crypto)] internal static partial int BIO_get_new_index();
    [LibraryImport(Crypto, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint BIO_meth_new(int type, string name);
    [LibraryImport(Crypto)] internal static partial int BIO_meth_set_write(nint method, delegate* unmanaged<nint, byte*, int, int> write);
    [LibraryImport(Crypto)] internal static partial int BIO_meth_set_read(nint method, delegate* unmanaged<nint, byte*, int, int> read);
    [LibraryImport(Crypto)] internal static partial int BIO_meth_set_ctrl(nint method, delegate* unmanaged<nint, int, nint, void*, nint> ctrl);
    [LibraryImport(Crypto)] internal static partial int BIO_meth_set_create(nint method, delegate* unmanaged<nint, int> create);
    [LibraryImport(Crypto)] internal static partial int BIO_meth_set_destroy(nint method, delegate* unmanaged<nint, int> destroy);
    [LibraryImport(Crypto)] internal static partial nint BIO_new(nint method);
    [LibraryImport(Crypto)] internal static partial void BIO_set_data(nint bio, nint data);
    [LibraryImport(Crypto), SuppressGCTransition] internal static partial nint BIO_get_data(nint bio);
    [LibraryImport(Crypto)] internal static partial void BIO_set_init(nint bio, int init);
    [LibraryImport(Crypto), SuppressGCTransition] internal static partial void BIO_set_flags(nint bio, int flags);
    [LibraryImport(Crypto), SuppressGCTransition] internal static partial void BIO_clear_flags(nint bio, int flags);

    /// <summary>SRTP_PROTECTION_PROFILE of srtp.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SrtpProfile
    {
        public nint Name;
        public nuint Id;
    }

    /// <summary>The reason of the oldest queued error of this thread, and an empty queue after it.</summary>
    internal static int TakeErrorReason()
    {
        int reason = (int)(ERR_get_error() & 0x7FFFFF);
        ERR_clear_error();
        return reason;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name is not (Ssl or Crypto))
            return 0;
        string[] files = OperatingSystem.IsWindows() ? [$"{name}-3-x64.dll", $"{name}-3.dll"]
            : OperatingSystem.IsMacOS() ? [$"{name}.3.dylib"]
            : [$"{name}.so.3"];
        foreach (string file in files)
        {
            if (NativeLibrary.TryLoad(file, assembly, path, out nint handle))
                return handle;
        }
        throw new DllNotFoundException(
            $"OpenSSL 3 is needed for DTLS and {files[0]} was not found. Debian, Ubuntu: apt install libssl3. Fedora, RHEL: dnf install openssl-libs. Alpine: apk add openssl.");
    }
}
