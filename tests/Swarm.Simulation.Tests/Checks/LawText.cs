using System.Runtime.CompilerServices;

namespace Swarm.Simulation.Tests;

/// <summary>The text of a law, which is only written when the law is broken.</summary>
[InterpolatedStringHandler]
internal ref struct LawText
{
    private DefaultInterpolatedStringHandler _text;
    private readonly bool _written;

    public LawText(int literalLength, int formattedCount, bool holds, out bool isWanted)
    {
        isWanted = _written = !holds;
        _text = holds ? default : new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public override readonly string ToString() => _written ? _text.ToString() : "";
}
