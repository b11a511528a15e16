using Swarm.Raft.Consensus;

namespace Swarm.Raft.Transport;

/// <summary>The first frame of each side.</summary>
internal static class Handshake
{
    /// <summary>Greets, and waits to be welcome.</summary>
    /// <exception cref="RaftTransportException">The other side refuses, or is not the member that it should be.</exception>
    public static async Task GreetAsync(Connection connection, Hello hello, RaftTlsOptions? tls)
    {
        Identify(connection, hello.To, tls);
        using (var buffer = new FrameBuffer())
        {
            buffer.Begin();
            hello.Write(buffer);
            buffer.End(FrameType.Hello);
            await connection.WriteAsync(buffer.Written);
        }

        var answer = await connection.Reader.ReadAsync()
            ?? throw new RaftTransportException("the other side has closed the connection without a word");
        if (answer.Type != FrameType.Welcome)
        {
            throw new RaftTransportException(ReasonOf(answer));
        }
    }

    /// <summary>Reads the greeting of whoever has connected.</summary>
    /// <exception cref="RaftTransportException">There is none.</exception>
    /// <exception cref="RaftProtocolException">It is malformed.</exception>
    public static async Task<Hello> ReadAsync(Connection connection)
    {
        var frame = await connection.Reader.ReadAsync()
            ?? throw new RaftTransportException("the connection ended before a greeting");
        return frame.Type == FrameType.Hello
            ? Hello.Read(frame.Body)
            : throw new RaftTransportException($"a frame of type {(int)frame.Type} came in place of a greeting");
    }

    /// <summary>Checks that a member shows its own certificate.</summary>
    /// <exception cref="RaftTransportException">It is another member's, or a stranger's.</exception>
    public static void Identify(Connection connection, PeerId member, RaftTlsOptions? tls)
    {
        if (tls?.IsMember is { } isMember
            && (connection.Certificate is not { } certificate || !isMember(certificate, member)))
        {
            throw new RaftTransportException(
                $"the certificate '{connection.Certificate?.Subject}' is not that of member {member}");
        }
    }

    /// <summary>What a frame says that came where none, or a welcome, was expected.</summary>
    public static string ReasonOf(Frame frame) => frame.Type == FrameType.Refuse
        ? $"the other side refuses: {Hello.ReadText(frame.Body.Span)}"
        : $"a frame of type {(int)frame.Type} came where it makes no sense";
}
