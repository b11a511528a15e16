using Google.Protobuf;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Messages that arrive as bytes inside others or from disk.</summary>
internal static class WireBytes
{
    /// <summary>Reads a message that fills the bytes.</summary>
    /// <exception cref="SwarmException">The bytes are not such a message.</exception>
    public static T Read<T>(this MessageParser<T> parser, ReadOnlySpan<byte> bytes)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidOperationException)
        {
            // The parser answers a damaged wrapper (a number that may be absent) with the second one.
            throw WireErrors.NotAMessage(typeof(T).Name, exception);
        }
    }
}
