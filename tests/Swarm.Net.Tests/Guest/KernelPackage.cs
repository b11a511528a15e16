using System.Text;

namespace Swarm.Net.Tests.Guest;

/// <summary>A kernel of Debian as its package has it: an image, and modules that say what they need.</summary>
internal sealed class KernelPackage
{
    private readonly Dictionary<string, string> _modules;

    private KernelPackage(string image, string modules)
    {
        Image = image;
        _modules = Directory
            .EnumerateFiles(modules, "*.ko", SearchOption.AllDirectories)
            .ToDictionary(path => NameOf(Path.GetFileNameWithoutExtension(path)), StringComparer.Ordinal);
    }

    /// <summary>The file that boots.</summary>
    public string Image { get; }

    /// <summary>The kernel below a folder that a package was unpacked into; null when there is none.</summary>
    public static KernelPackage? Find(string folder)
    {
        var (boot, modules) = (Path.Combine(folder, "boot"), Path.Combine(folder, "lib", "modules"));
        var image = Directory.Exists(boot) ? Directory.GetFiles(boot, "vmlinuz*").FirstOrDefault() : null;
        return image is not null && Directory.Exists(modules) ? new KernelPackage(image, modules) : null;
    }

    /// <summary>Modules with all that they need, in the order in which they can be loaded; built-in ones are not.</summary>
    public IReadOnlyList<string> OrderOf(IEnumerable<string> names)
    {
        var order = new List<string>();
        foreach (var name in names)
        {
            Visit(name, order);
        }

        return order;
    }

    private static string NameOf(string text) => text.Replace('-', '_');

    // A module's own list of others is a text in it.
    private static string[] NeedsOf(string path)
    {
        var content = File.ReadAllBytes(path).AsSpan();
        var key = "\0depends="u8;
        var start = content.IndexOf(key);
        if (start < 0)
        {
            return [];
        }

        var value = content[(start + key.Length)..];
        return Encoding.ASCII
            .GetString(value[..value.IndexOf((byte)0)])
            .Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    private void Visit(string name, List<string> order)
    {
        if (!_modules.TryGetValue(NameOf(name), out var path) || order.Contains(path))
        {
            return;
        }

        foreach (var need in NeedsOf(path))
        {
            Visit(need, order);
        }

        order.Add(path);
    }
}
