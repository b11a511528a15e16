namespace Swarm.Simulation.Tests;

/// <summary>Keeps the newest of many lines.</summary>
internal sealed class LastLines(int count)
{
    private readonly Queue<string> _lines = new();

    public void Add(string line)
    {
        if (_lines.Count == count)
        {
            _lines.Dequeue();
        }

        _lines.Enqueue(line);
    }

    public override string ToString() => string.Join('\n', _lines);
}
