using System.Globalization;
using Swarm.Compose.Shapes;
using Swarm.Compose.Values;

namespace Swarm.Compose.Loading;

/// <summary>What is done to networks, volumes, secrets and configs once they are decoded.</summary>
internal sealed class ObjectFinisher(LoadContext context, string version)
{
    public void FinishNetwork(string name, StackRecord network)
    {
        if (IsExternal(network))
        {
            NameExternal("network", name, network, since: 5);
            network.Extensions = Extensions(network);
        }
    }

    public void FinishVolume(string name, StackRecord volume)
    {
        if (!IsExternal(volume))
        {
            return;
        }

        foreach (var key in (ReadOnlySpan<string>)["driver", "driver_opts", "labels"])
        {
            if (!StackRecord.IsZero(volume[key]))
            {
                throw new StackFileException(
                    $"conflicting parameters \"external\" and {GoText.Quote(key)} specified for volume {GoText.Quote(name)}",
                    volume.MarkOf(key));
            }
        }

        NameExternal("volume", name, volume, since: 4);
        volume.Extensions = Extensions(volume);
    }

    /// <param name="kind"><c>secret</c> or <c>config</c>.</param>
    /// <param name="name">Its key.</param>
    /// <param name="entry">What was decoded.</param>
    public void FinishFileObject(string kind, string name, StackRecord entry)
    {
        if (context.InlineData.TryGetValue((kind + "s", name), out var data))
        {
            entry.InlineData = data;
        }
        else if (IsExternal(entry))
        {
            NameExternal(kind, name, entry, since: 5);
        }
        else if (entry.Text("driver").Length == 0)
        {
            entry["file"] = StackPaths.Absolute(context.WorkingDirectory, entry.Text("file"));
        }
        else if (entry.Text("file").Length > 0)
        {
            throw new StackFileException(
                $"{kind} {name}: {kind}.driver and {kind}.file conflict; only use {kind}.driver", entry.MarkOf("file"));
        }

        entry.Extensions = Extensions(entry);
    }

    /// <summary>Members whose keys begin with <c>x-</c>; null when there are none.</summary>
    public static ValueMap? Extensions(Value? source)
    {
        if (source?.Kind != ValueKind.Map)
        {
            return null;
        }

        var extensions = new ValueMap();
        foreach (var (key, member) in source.Map.Where(entry => entry.Key.StartsWith("x-", StringComparison.Ordinal)))
        {
            extensions.Add(key, member);
        }

        return extensions.Count > 0 ? extensions : null;
    }

    private static ValueMap? Extensions(StackRecord record) => Extensions(record.Source);

    private static bool IsExternal(StackRecord record) => record.Child("external").Flag("external");

    private void NameExternal(string kind, string name, StackRecord record, int since)
    {
        var external = record.Child("external");
        if (external.Text("name").Length == 0)
        {
            record["name"] = record.Text("name").Length > 0 ? record.Text("name") : name;
            return;
        }

        if (record.Text("name").Length > 0)
        {
            throw new StackFileException(
                $"{kind} {name}: {kind}.external.name and {kind}.name conflict; only use {kind}.name", record.MarkOf("name"));
        }

        if (IsVersion(since))
        {
            context.Warn(
                record.MarkOf("external"), $"{kind} {name}: {kind}.external.name is deprecated in favor of {kind}.name");
        }

        record["name"] = external.Text("name");
        external["name"] = "";
    }

    private bool IsVersion(int since) =>
        int.TryParse(version.AsSpan(version.IndexOf('.', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture,
            out var minor)
        && minor >= since;
}
