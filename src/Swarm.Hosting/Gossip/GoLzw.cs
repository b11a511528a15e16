namespace Swarm.Hosting.Gossip;

/// <summary>Expands what Go's <c>compress/lzw</c> wrote in LSB order with literals of eight bits.</summary>
internal static class GoLzw
{
    private const int Clear = 256;
    private const int End = 257;
    private const int FirstWidth = 9;
    private const int MaxWidth = 12;
    private const int None = -1;

    /// <summary>Expands a message.</summary>
    /// <param name="data">What was written.</param>
    /// <param name="limit">Most bytes that may come out.</param>
    /// <exception cref="InvalidDataException">It is none, or it is larger than the limit.</exception>
    public static byte[] Expand(ReadOnlySpan<byte> data, int limit)
    {
        var (prefix, suffix, stack) = (new int[1 << MaxWidth], new byte[1 << MaxWidth], new byte[1 << MaxWidth]);
        var output = new List<byte>();
        var (width, high, last, bits, count, position) = (FirstWidth, End, None, 0u, 0, 0);
        while (true)
        {
            while (count < width)
            {
                if (position == data.Length)
                {
                    throw new InvalidDataException("the compressed message ends too early");
                }

                bits |= (uint)data[position++] << count;
                count += 8;
            }

            var code = (int)(bits & ((1u << width) - 1));
            (bits, count) = (bits >> width, count - width);
            if (code == End)
            {
                return [.. output];
            }

            if (code == Clear)
            {
                (width, high, last) = (FirstWidth, End, None);
                continue;
            }

            if (code > high || (code == high && last == None))
            {
                throw new InvalidDataException("the compressed message has a code that stands for nothing");
            }

            var first = Write(code, high, last, prefix, suffix, stack, output);
            if (output.Count > limit)
            {
                throw new InvalidDataException($"the message is larger than {limit} bytes");
            }

            if (last != None)
            {
                (prefix[high], suffix[high]) = (last, first);
            }

            (last, high) = (code, high + 1);
            if (high >= 1 << width)
            {
                (last, high, width) = width == MaxWidth ? (None, high - 1, width) : (last, high, width + 1);
            }
        }
    }

    // Writes what a code stands for; the first byte of it completes the entry that is in the making.
    private static byte Write(
        int code,
        int high,
        int last,
        int[] prefix,
        byte[] suffix,
        byte[] stack,
        List<byte> output)
    {
        var depth = 0;
        var rest = code;
        if (code == high)
        {
            for (rest = last; rest >= Clear; rest = prefix[rest])
            {
                // Down to the first byte of the former code, which is also the last one of this.
            }

            stack[depth++] = (byte)rest;
            rest = last;
        }

        for (; rest >= Clear; rest = prefix[rest])
        {
            stack[depth++] = suffix[rest];
        }

        output.Add((byte)rest);
        while (depth > 0)
        {
            output.Add(stack[--depth]);
        }

        return (byte)rest;
    }
}
