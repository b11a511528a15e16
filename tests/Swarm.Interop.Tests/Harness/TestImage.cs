using System.Formats.Tar;
using System.Text;

namespace Swarm.Interop.Tests.Harness;

/// <summary>A container image of a static busybox, made without a registry.</summary>
internal static class TestImage
{
    public const string First = "swarmtest:1";
    public const string Second = "swarmtest:2";

    /// <summary>What the process executor calls the machine itself; on an engine it is the first image.</summary>
    public const string Host = "host";

    // The interpreter of a dynamically linked program is named in its first page.
    private const int HeaderBytes = 4096;

    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    public static bool IsStatic(string program)
    {
        using var file = File.OpenRead(program);
        var header = new byte[HeaderBytes];
        var read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        return header.AsSpan(0, read).IndexOf("ld-linux"u8) < 0 && header.AsSpan(0, read).IndexOf("ld-musl"u8) < 0;
    }

    /// <summary>Gives an engine both images; they differ in <c>$VERSION</c> only.</summary>
    public static async Task ImportAsync(DockerCli docker, string directory)
    {
        var tar = await WriteAsync(Path.Combine(directory, "image.tar"));
        foreach (var (image, version) in new[] { (First, "1"), (Second, "2") })
        {
            await docker.OkAsync(
                "import", "-c", $"ENV VERSION={version}", "-c", "CMD [\"sleep\",\"3600\"]", tar, image);
        }

        await docker.OkAsync("tag", First, Host);
    }

    private static async Task<string> WriteAsync(string path)
    {
        var busybox = Shell.Find("busybox")!;
        var applets = (await Shell.OkAsync(busybox, "--list")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await using var tar = new TarWriter(File.Create(path), TarEntryFormat.Pax);
        foreach (var folder in new[] { "bin", "etc", "tmp", "run", "www" })
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = Executable });
        }

        await using var program = File.OpenRead(busybox);
        await tar.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = Executable, DataStream = program });
        foreach (var applet in applets.Where(applet => applet != "busybox"))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
        }

        using var page = new MemoryStream(Encoding.UTF8.GetBytes("hello\n"));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "www/index.html") { DataStream = page });
        return path;
    }
}
