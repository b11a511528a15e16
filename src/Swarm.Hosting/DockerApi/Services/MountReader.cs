using System.Text.Json;

namespace Swarm.Hosting.DockerApi;

internal static class MountReader
{
    private static readonly HashSet<string> Propagations =
        new(StringComparer.Ordinal) { "rprivate", "private", "rshared", "shared", "rslave", "slave" };

    public static Mount Read(MountDocument mount) => new()
    {
        Type = EnumText.ReadMountType(mount.Type),
        Source = mount.Source ?? "",
        Target = mount.Target ?? "",
        ReadOnly = mount.ReadOnly,
        Consistency = ReadConsistency(mount.Consistency),
        Bind = mount.BindOptions is null ? null : ReadBind(mount.BindOptions),
        Volume = mount.VolumeOptions is not { } volume
            ? null
            : new VolumeOptions
            {
                NoCopy = volume.NoCopy,
                Labels = volume.Labels.ToValues(),
                Driver = TaskSpecReader.ReadDriver(volume.DriverConfig),
                Subpath = volume.Subpath ?? "",
            },
        Tmpfs = mount.TmpfsOptions is not { } tmpfs
            ? null
            : new TmpfsOptions(tmpfs.SizeBytes, tmpfs.Mode, ReadTmpfsOptions(tmpfs.Options)),
    };

    private static BindOptions ReadBind(BindOptionsDocument bind) => new()
    {
        Propagation = ReadPropagation(bind.Propagation),
        NonRecursive = bind.NonRecursive,
        CreateMountpoint = bind.CreateMountpoint,
        ReadOnlyNonRecursive = bind.ReadOnlyNonRecursive,
        ReadOnlyForceRecursive = bind.ReadOnlyForceRecursive,
    };

    // The store knows no "not set": bind options without propagation come back as rprivate from the Engine too.
    private static string ReadPropagation(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "rprivate";
        }

        var propagation = text.ToLowerInvariant();
        return Propagations.Contains(propagation)
            ? propagation
            : throw DockerApiException.BadRequest($"invalid MountPropagation: {GoValues.Quote(text)}");
    }

    private static string ReadConsistency(string? text) => text?.ToUpperInvariant() switch
    {
        null or "" or "DEFAULT" => "",
        "CONSISTENT" => "consistent",
        "CACHED" => "cached",
        "DELEGATED" => "delegated",
        _ => throw DockerApiException.BadRequest($"invalid MountConsistency: {GoValues.Quote(text)}"),
    };

    // SwarmKit keeps the pairs as JSON in one string.
    private static string ReadTmpfsOptions(string[][]? options) => options is null or []
        ? ""
        : JsonSerializer.Serialize(options, ServiceJson.Wire.StringArrayArray);
}
