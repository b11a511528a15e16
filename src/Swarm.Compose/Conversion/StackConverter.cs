using Swarm.Compose.Loading;
using Swarm.Compose.Shapes;

namespace Swarm.Compose.Conversion;

/// <summary>Turns a stack into what a manager is to store. Nothing here talks to a manager.</summary>
internal sealed class StackConverter(StackModel model, StackNamespace scope, IStackFiles files, StackLimits limits)
{
    public const string DefaultNetwork = "default";

    public StackModel Model => model;

    public StackNamespace Scope => scope;

    /// <summary>Services in the order of their names.</summary>
    public IEnumerable<KeyValuePair<string, StackRecord>> Services =>
        model.Services.OrderBy(service => service.Key, StringComparer.Ordinal);

    /// <summary>The networks that services use and the stack owns, in the order of their names.</summary>
    public List<NetworkDocument> Networks() =>
        [.. UsedNetworks().Where(entry => !IsExternal(entry.Network)).Select(entry =>
            OfNetwork(entry.Name, entry.Network))
            .OrderBy(network => network.Name, StringComparer.Ordinal)];

    /// <summary>The networks that services use and that must be there already.</summary>
    public List<string> ExternalNetworks() =>
        [.. UsedNetworks().Where(entry => IsExternal(entry.Network)).Select(entry => entry.Network!.Text("name"))];

    /// <summary>The secrets of the stack with their data, in the order of their names.</summary>
    /// <exception cref="StackFileException">A file cannot be read.</exception>
    public List<FileObjectDocument> Secrets() => OfFileObjects(model.Secrets, hasDrivers: true);

    /// <summary>The configs of the stack with their data, in the order of their names.</summary>
    /// <exception cref="StackFileException">A file cannot be read.</exception>
    public List<FileObjectDocument> Configs() => OfFileObjects(model.Configs, hasDrivers: false);

    private static bool IsExternal(StackRecord? record) => record?.Child("external").Flag("external") is true;

    private IEnumerable<(string Name, StackRecord? Network)> UsedNetworks() => Services
        .SelectMany(service => service.Value.Map("networks") is { Count: > 0 } networks ? networks.Keys
            : (IEnumerable<string>)[DefaultNetwork])
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)
        .Select(name => (name, model.Networks.GetValueOrDefault(name)));

    private NetworkDocument OfNetwork(string key, StackRecord? network)
    {
        if (network is null)
        {
            return new() { Name = scope.Scope(key), Labels = scope.Mark(null) };
        }

        var ipam = network.Child("ipam");
        var subnets = ipam.Records("config").Select(pool => new SubnetDocument(pool.Text("subnet"))).ToList();
        return new()
        {
            Name = network.Text("name") is { Length: > 0 } name ? name : scope.Scope(key),
            Labels = scope.Mark(network.Map("labels")),
            Driver = network.Text("driver"),
            Options = StackNamespace.Plain(network.Map("driver_opts")),
            Internal = network.Flag("internal"),
            Attachable = network.Flag("attachable"),
            Ipam = ipam.Text("driver").Length > 0 || subnets.Count > 0 ? new(ipam.Text("driver"), subnets) : null,
        };
    }

    private List<FileObjectDocument> OfFileObjects(OrderedDictionary<string, StackRecord> section, bool hasDrivers) =>
        [.. section
            .Where(entry => !IsExternal(entry.Value))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => OfFileObject(entry.Key, entry.Value, hasDrivers))];

    private FileObjectDocument OfFileObject(string key, StackRecord record, bool hasDrivers)
    {
        var driver = hasDrivers ? record.Text("driver") : "";
        var templating = record.Text("template_driver");
        return new()
        {
            Name = record.Text("name") is { Length: > 0 } name ? name : scope.Scope(key),
            Labels = scope.Mark(record.Map("labels")),
            Data = driver.Length > 0 ? [] : ReadData(record),
            Driver = driver.Length > 0 ? new(driver, StackNamespace.Plain(record.Map("driver_opts"))) : null,
            Templating = templating.Length > 0 ? new(templating, null) : null,
        };
    }

    private byte[] ReadData(StackRecord record)
    {
        if (record.InlineData is { } data)
        {
            return data;
        }

        try
        {
            return files.Read(record.Text("file"), limits.ReferencedFileBytes);
        }
        catch (StackIOException exception)
        {
            throw new StackFileException(exception.Message, record.MarkOf("file"));
        }
    }
}
