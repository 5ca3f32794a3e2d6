using Microsoft.Win32.SafeHandles;

namespace Jangbu.Crypto.OpenSsl;

/// <summary>Owns one <c>EVP_PKEY</c>.</summary>
internal sealed class EvpKeyHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeKey(handle);
        return true;
    }
}
