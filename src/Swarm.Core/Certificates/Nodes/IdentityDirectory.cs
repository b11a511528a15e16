using System.Text;

namespace Swarm.Certificates.Nodes;

/// <summary>An identity's directory on a real disk.</summary>
internal sealed class IdentityDirectory(string path) : IIdentityDisk
{
    /// <summary>Larger files are none of ours.</summary>
    private const int MaxFile = 1024 * 1024;

    private const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Secret | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Directory = Secret | UnixFileMode.UserExecute;

    public string? Read(string name)
    {
        var file = new FileInfo(PathOf(name));
        if (!file.Exists)
        {
            return null;
        }

        return file.Length <= MaxFile
            ? File.ReadAllText(file.FullName, Encoding.UTF8)
            : throw new IOException($"{file.FullName} has {file.Length} bytes; it is no certificate and no key");
    }

    public void Write(string name, string text, bool isSecret)
    {
        if (OperatingSystem.IsWindows())
        {
            System.IO.Directory.CreateDirectory(path);
        }
        else
        {
            System.IO.Directory.CreateDirectory(path, Directory);
        }

        var temporary = PathOf(name + ".tmp");
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = isSecret ? Secret : Public;
        }

        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, PathOf(name), overwrite: true);
    }

    public void Rename(string from, string to) => File.Move(PathOf(from), PathOf(to), overwrite: true);

    public void Delete(string name) => File.Delete(PathOf(name));

    private string PathOf(string name) => Path.Combine(path, name);
}
