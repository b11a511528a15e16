using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Swarm.Dashboard;

/// <summary>The page, compressed once and held in memory.</summary>
internal static class Assets
{
    private const string Prefix = "dashboard/";

    private static readonly FrozenDictionary<string, Asset> All = Load();

    /// <summary>Names of the files; <c>index.html</c> is one of them.</summary>
    public static IReadOnlyList<string> Names => All.Keys;

    public static async Task WriteAsync(HttpContext context, string name)
    {
        var asset = All[name];
        var response = context.Response;
        response.Headers.ETag = asset.Tag;
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (context.Request.Headers.IfNoneMatch == asset.Tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = asset.Type;
        var accepted = context.Request.Headers.AcceptEncoding.ToString();
        var (body, encoding) = accepted.Contains("br", StringComparison.Ordinal) ? (asset.Brotli, "br")
            : accepted.Contains("gzip", StringComparison.Ordinal) ? (asset.Gzip, "gzip")
            : (asset.Plain, null);
        response.Headers.ContentEncoding = encoding;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(Assets).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var plain = new byte[stream.Length];
                stream.ReadExactly(plain);
                return new Asset(
                    TypeOf(name),
                    $"\"{Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 16))}\"",
                    plain,
                    Compress(plain, target => new GZipStream(target, CompressionLevel.SmallestSize)),
                    Compress(plain, target => new BrotliStream(target, CompressionLevel.SmallestSize)));
            });
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private static byte[] Compress(byte[] plain, Func<Stream, Stream> compressor)
    {
        using var target = new MemoryStream();
        using (var stream = compressor(target))
        {
            stream.Write(plain);
        }

        return target.ToArray();
    }

    private sealed record Asset(string Type, string Tag, byte[] Plain, byte[] Gzip, byte[] Brotli);
}
