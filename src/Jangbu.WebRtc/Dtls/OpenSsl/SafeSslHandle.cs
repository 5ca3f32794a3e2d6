using Microsoft.Win32.SafeHandles;

namespace Jangbu.WebRtc.Dtls.OpenSsl;

/// <summary>An SSL object; freeing it frees its BIO, whose destroy callback frees the handle on the managed session.</summary>
internal sealed class SafeSslHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public SafeSslHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_free(handle);
        return true;
    }
}
