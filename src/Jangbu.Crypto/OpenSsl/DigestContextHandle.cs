using Microsoft.Win32.SafeHandles;

namespace Jangbu.Crypto.OpenSsl;

/// <summary>Owns one <c>EVP_MD_CTX</c>.</summary>
internal sealed class DigestContextHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeDigestContext(handle);
        return true;
    }
}
