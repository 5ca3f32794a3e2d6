using System.Text;

namespace Jangbu.WebRtc.Drivers;

/// <summary>A message that came on a channel.</summary>
/// <param name="IsText">Whether the peer sent it as text.</param>
/// <param name="Bytes">Its bytes; UTF-8 where it is text.</param>
public readonly record struct DataChannelMessage(bool IsText, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The bytes read as UTF-8; ill-formed ones become U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);
}
