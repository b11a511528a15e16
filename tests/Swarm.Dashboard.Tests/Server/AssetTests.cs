using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Swarm.Dashboard.Tests.Server;

public sealed class AssetTests
{
    [Theory]
    [InlineData("app.js", 60_000, 20_000)]
    [InlineData("app.css", 12_000, 4_500)]
    [InlineData("index.html", 1_000, 700)]
    public async Task The_page_keeps_its_budget(string name, int plain, int compressed)
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();

        var content = await dashboard.Http.GetByteArrayAsync(new Uri(name == "index.html" ? "" : name, UriKind.Relative));
        using var target = new MemoryStream();
        await using (var gzip = new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(content);
        }

        Assert.True(content.Length <= plain, $"{name} has {content.Length} bytes");
        Assert.True(target.Length <= compressed, $"{name} has {target.Length} bytes compressed");
    }

    [Fact]
    public async Task A_file_that_the_browser_has_is_not_sent_again()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        using var first = await dashboard.Http.GetAsync(new Uri("app.js", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, "app.js");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await dashboard.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Files_are_sent_compressed_and_are_what_they_were(string encoding)
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var plain = await dashboard.Http.GetByteArrayAsync(new Uri("app.js", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, "app.js");
        request.Headers.AcceptEncoding.Add(new(encoding));

        using var response = await dashboard.Http.SendAsync(request);

        Assert.Equal([encoding], response.Content.Headers.ContentEncoding);
        var body = await response.Content.ReadAsStreamAsync();
        using var unpacked = new MemoryStream();
        await using (Stream source = encoding == "br"
            ? new BrotliStream(body, CompressionMode.Decompress)
            : new GZipStream(body, CompressionMode.Decompress))
        {
            await source.CopyToAsync(unpacked);
        }

        Assert.Equal(plain, unpacked.ToArray());
    }

    /// <summary>The same as <c>npm run verify</c>, without node.</summary>
    [Fact]
    public void What_is_served_was_built_from_the_sources()
    {
        var project = Path.Combine(Repository(), "src", "Swarm.Dashboard");
        var app = Path.Combine(project, "app");
        string[] single = ["index.html", "package.json", "package-lock.json", "vite.config.mjs", "tsconfig.json"];
        var files = single.Select(name => Path.Combine(app, name)).Concat(
            new[] { "src", "public" }.SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(app, folder), "*", SearchOption.AllDirectories)));
        var lines = files
            .Select(file => string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetRelativePath(app, file).Replace('\\', '/')} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}\n"))
            .Order(StringComparer.Ordinal);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));

        Assert.True(
            File.ReadAllText(Path.Combine(project, "wwwroot", "sources.sha256")).Trim() == hash,
            "wwwroot was not built from these sources; run npm ci && npm run build in src/Swarm.Dashboard/app");
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Swarm.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Swarm.sln was not found");
        }

        return folder.FullName;
    }
}
