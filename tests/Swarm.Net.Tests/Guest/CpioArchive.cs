using System.Globalization;
using System.Text;

namespace Swarm.Net.Tests.Guest;

/// <summary>Writes the archive that Linux unpacks into its first file system (cpio, format <c>newc</c>).</summary>
internal sealed class CpioArchive(Stream output)
{
    private const uint Folder = 0x41ED;
    private const uint Executable = 0x81ED;

    private readonly HashSet<string> _folders = [];
    private uint _number;

    public void Add(string path, string source)
    {
        using var content = File.OpenRead(source);
        Add(path, content);
    }

    public void AddText(string path, string content) => Add(path, new MemoryStream(Encoding.UTF8.GetBytes(content)));

    public void AddFolder(string path)
    {
        path = path.Trim('/');
        if (path.Length > 0 && _folders.Add(path))
        {
            AddFolder(Path.GetDirectoryName(path)!);
            Write(path, Folder, Stream.Null);
        }
    }

    public void End() => Write("TRAILER!!!", mode: 0, Stream.Null);

    private void Add(string path, Stream content)
    {
        path = path.Trim('/');
        AddFolder(Path.GetDirectoryName(path)!);
        Write(path, Executable, content);
    }

    private void Write(string name, uint mode, Stream content)
    {
        // inode, mode, user, group, links, time, size, four numbers of devices, size of the name, checksum.
        uint[] fields = [++_number, mode, 0, 0, 1, 0, (uint)content.Length, 0, 0, 0, 0, (uint)name.Length + 1, 0];
        var header = new StringBuilder("070701");
        foreach (var field in fields)
        {
            header.Append(field.ToString("x8", CultureInfo.InvariantCulture));
        }

        output.Write(Encoding.ASCII.GetBytes($"{header}{name}\0"));
        Pad();
        content.CopyTo(output);
        Pad();
    }

    private void Pad()
    {
        while (output.Position % 4 != 0)
        {
            output.WriteByte(0);
        }
    }
}
