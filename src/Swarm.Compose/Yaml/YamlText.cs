using System.Buffers;
using System.Text;

namespace Swarm.Compose.Yaml;

/// <summary>Turns the bytes of a file into text, strictly.</summary>
internal static class YamlText
{
    private static readonly SearchValues<char> Suspects = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Where(code => code is not ('\t' or '\n' or '\r')).Select(code => (char)code),
        .. Enumerable.Range(0x7F, 0x21).Where(code => code != 0x85).Select(code => (char)code),
        '\uFFFE',
        '\uFFFF',
    ]);

    public static string Decode(ReadOnlySpan<byte> bytes, string file, StackLimits limits)
    {
        if (bytes.Length > limits.FileBytes)
        {
            throw new YamlException(
                $"file is larger than the limit of {limits.FileBytes} bytes", new SourceMark(file, 1, 1));
        }

        var text = DecodeUnicode(bytes, file);
        var suspect = text.AsSpan().IndexOfAny(Suspects);
        if (suspect >= 0)
        {
            throw new YamlException("control characters are not allowed", MarkAt(text, suspect, file));
        }

        return text;
    }

    private static string DecodeUnicode(ReadOnlySpan<byte> bytes, string file)
    {
        try
        {
            return bytes switch
            {
                [0xFF, 0xFE, ..] => Strict(new UnicodeEncoding(false, false, true), bytes[2..]),
                [0xFE, 0xFF, ..] => Strict(new UnicodeEncoding(true, false, true), bytes[2..]),
                [0xEF, 0xBB, 0xBF, ..] => Strict(new UTF8Encoding(false, true), bytes[3..]),
                _ => Strict(new UTF8Encoding(false, true), bytes),
            };
        }
        catch (DecoderFallbackException exception)
        {
            var valid = bytes[..Math.Clamp(exception.Index, 0, bytes.Length)];
            var line = 1 + valid.Count((byte)'\n');
            var column = valid.Length - valid.LastIndexOf((byte)'\n');
            var isLead = exception.BytesUnknown is [>= 0xC0 and < 0xF8, ..];
            throw new YamlException(
                isLead ? "invalid trailing UTF-8 octet" : "invalid leading UTF-8 octet",
                new SourceMark(file, line, column),
                showLine: false);
        }
    }

    private static string Strict(Encoding encoding, ReadOnlySpan<byte> bytes) => encoding.GetString(bytes);

    private static SourceMark MarkAt(string text, int index, string file)
    {
        var before = text.AsSpan(0, index);
        return new(file, 1 + before.Count('\n'), index - before.LastIndexOf('\n'));
    }
}
