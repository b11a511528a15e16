using System.Diagnostics;
using System.Runtime.InteropServices;
using Swarm.Net.Kernel;

namespace Swarm.Net.Tests.Guest;

/// <summary>
/// A small emulated machine: a kernel, a first file system in memory with what the tests need, and a serial line that
/// tells what they say.
/// </summary>
internal static class GuestMachine
{
    private const string Emulator = "qemu-system-x86_64";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(7);

    private static readonly string[] Modules =
    [
        "crc32c_generic", "nf_conntrack", "nf_conntrack_netlink", "nf_tables", "nft_chain_nat", "nft_nat", "nft_masq",
        "nft_ct", "nft_fib", "nft_fib_inet", "nft_fib_ipv4", "nft_fib_ipv6", "ip_vs", "ip_vs_rr", "ip_vs_wrr",
        "ip_vs_lc", "ip_vs_wlc", "ip_vs_mh", "bridge", "veth", "vxlan", "nft_numgen", "nft_reject", "nft_reject_ipv4",
        "nft_reject_inet", "nft_xfrm", "nft_meta_bridge", "xfrm_user", "xfrm_algo", "esp4", "gcm", "ghash_generic",
        "ctr", "seqiv", "echainiv", "aes_generic", "sha3_generic", "jitterentropy_rng", "drbg", "sha512_generic", "hmac",
    ];

    private static readonly string[] Programs = ["busybox", "nft", "conntrack"];

    // What the runtime opens by name when it is asked for cryptography.
    private static readonly string[] Opened = ["libssl.so.3", "libcrypto.so.3"];

    private static readonly string[] LibraryFolders = ["/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64"];

    // Large, and for debuggers only.
    private static readonly string[] Needless = ["libmscordbi.so", "libmscordaccore.so", "libclrgc.so", "libclrgcexp.so"];

    /// <summary>What is missing here, or null.</summary>
    public static string? FindObstacle(out KernelPackage? kernel)
    {
        var folder = Environment.GetEnvironmentVariable("SWARM_GUEST_KERNEL")
            ?? Path.Combine(RootOfRepository(), "artifacts", "guest", "kernel");
        kernel = KernelPackage.Find(folder);
        if (RuntimeInformation.OSArchitecture != Architecture.X64 || !OperatingSystem.IsLinux())
        {
            return "the guest is one for Linux on x64";
        }

        var missing = Programs.Append(Emulator).Where(program => PathOf(program) is null).ToArray();
        return missing.Length > 0 ? $"not installed: {string.Join(", ", missing)}"
            : kernel is null ? $"no package of a kernel is unpacked in {folder}; set SWARM_GUEST_KERNEL to one"
            : null;
    }

    /// <summary>Runs the suites in a guest, or only the cases that <c>SWARM_GUEST_CASES</c> names.</summary>
    /// <returns>What came over the serial line.</returns>
    public static async Task<string[]> RunAsync(KernelPackage kernel, string folder)
    {
        var files = Path.Combine(folder, "guest.cpio");
        await using (var output = File.Create(files))
        {
            await FillAsync(new CpioArchive(output), kernel);
        }

        var start = new ProcessStartInfo(Emulator)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2", "-m", "1024",
            "-display", "none", "-no-reboot", "-nodefaults", "-serial", "stdio",
            "-kernel", kernel.Image, "-initrd", files,
            "-append", "console=ttyS0 quiet panic=-1 mitigations=off rdinit=/init",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var machine = Process.Start(start)!;
        var lines = new List<string>();
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            var errors = machine.StandardError.ReadToEndAsync(limit.Token);
            while (await machine.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                lines.Add(line.TrimEnd());
            }

            lines.Add(await errors);
            await machine.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            lines.Add($"the guest was stopped after {Patience.TotalMinutes:0} minutes");
        }
        finally
        {
            machine.Kill();
            File.Delete(files);
        }

        return [.. lines];
    }

    private static string RootOfRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Swarm.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? "";
    }

    private static string? PathOf(string program) => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin"
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private static async Task FillAsync(CpioArchive archive, KernelPackage kernel)
    {
        var order = kernel.OrderOf(Modules);
        foreach (var module in order)
        {
            archive.Add($"modules/{Path.GetFileName(module)}", module);
        }

        var runtime = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/');
        var dotnet = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        AddTree(archive, "dotnet/host", Path.Combine(dotnet, "host", "fxr", Path.GetFileName(runtime)), dotnet);
        AddTree(archive, "dotnet/shared", runtime, dotnet);
        AddTree(archive, "test", AppContext.BaseDirectory, AppContext.BaseDirectory);
        archive.Add("dotnet/dotnet", Path.Combine(dotnet, "dotnet"));

        var binaries = Programs.Select(program => PathOf(program)!).ToArray();
        foreach (var binary in binaries)
        {
            archive.Add($"bin/{Path.GetFileName(binary)}", binary);
        }

        string[] opened = [.. Opened.SelectMany(name => LibraryFolders.Select(folder => Path.Combine(folder, name)))];
        string[] native = [.. opened.Where(File.Exists), Path.Combine(dotnet, "dotnet"), .. Directory.GetFiles(runtime, "*.so")];
        foreach (var library in (await LibrariesOfAsync([.. binaries, .. native])).Union(opened.Where(File.Exists)))
        {
            archive.Add(library, library);
        }

        foreach (var empty in new[] { "proc", "sys", "dev", "tmp", "run" })
        {
            archive.AddFolder(empty);
        }

        archive.AddText("etc/protocols", "icmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\n");
        archive.AddText("init", Script(order));
        archive.End();
    }

    private static void AddTree(CpioArchive archive, string place, string folder, string root)
    {
        var prefix = place.Split('/')[0];
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (!Needless.Contains(Path.GetFileName(file)))
            {
                archive.Add($"{prefix}/{Path.GetRelativePath(root, file)}", file);
            }
        }
    }

    // Lines of the loader: a name, "=>" and a path, or the loader's own path alone.
    private static async Task<string[]> LibrariesOfAsync(string[] binaries)
    {
        var listed = await KernelCommand.RunAsync("ldd", binaries, input: "", default);
        return
        [
            .. listed.Output.Split('\n')
                .Where(line => !line.EndsWith(':'))
                .SelectMany(line => line.Split(' ', '\t'))
                .Where(word => word.StartsWith('/') && !word.StartsWith("/usr/share/dotnet", StringComparison.Ordinal))
                .Where(File.Exists)
                .Distinct(),
        ];
    }

    private static string Script(IEnumerable<string> modules) => $"""
        #!/bin/busybox sh
        /bin/busybox --install -s /bin
        export PATH=/bin HOME=/tmp
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mount -t devtmpfs devtmpfs /dev
        mount -t tmpfs tmpfs /tmp
        ip link set lo up
        for module in {string.Join(' ', modules.Select(Path.GetFileName))}; do
          insmod /modules/$module || echo "$module was not loaded"
        done
        export DOTNET_EnableDiagnostics=0 DOTNET_TieredPGO=0 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
        echo "guest up after $(cut -d ' ' -f 1 /proc/uptime) s"
        /dotnet/dotnet /test/Swarm.Net.Tests.dll {Environment.GetEnvironmentVariable("SWARM_GUEST_CASES")}
        echo "guest done after $(cut -d ' ' -f 1 /proc/uptime) s"
        poweroff -f

        """;
}
