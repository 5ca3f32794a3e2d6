using Microsoft.Win32.SafeHandles;

namespace Jangbu.Crypto.OpenSsl;

/// <summary>Owns one <c>EVP_PKEY_CTX</c>.</summary>
internal sealed class EvpKeyContextHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeKeyContext(handle);
        return true;
    }
}
