namespace Swarm.Hosting.DockerApi;

/// <summary>Shows a node.</summary>
internal static class NodeWriter
{
    private static readonly NodeDescription Unregistered = new();

    public static NodeDocument Write(Node node) => new()
    {
        Id = node.Id.ToString(),
        Version = new IndexDocument(node.Version.Index),
        CreatedAt = node.CreatedAt,
        UpdatedAt = node.UpdatedAt,
        Spec = new NodeSpecDocument
        {
            Name = node.Spec.Name.OrNull(),
            Labels = node.Spec.Labels.OrEmpty(),
            Role = NodeText.Write(node.Spec.DesiredRole),
            Availability = NodeText.Write(node.Spec.Availability),
        },
        Description = Write(node.Description ?? Unregistered),
        Status = new NodeStatusDocument
        {
            State = NodeText.Write(node.Status.State),
            Message = node.Status.Message.OrNull(),
            Addr = node.Status.Address.OrNull(),
        },
        ManagerStatus = node.ManagerStatus is { } status ? Write(status) : null,
    };

    private static NodeDescriptionDocument Write(NodeDescription description) => new()
    {
        Hostname = description.Hostname.OrNull(),
        Platform = new PlatformDocument
        {
            Architecture = description.Platform.Architecture.OrNull(),
            OperatingSystem = description.Platform.OperatingSystem.OrNull(),
        },
        Resources = new NodeResourcesDocument
        {
            NanoCpus = OrNull(description.Resources.NanoCpus),
            MemoryBytes = OrNull(description.Resources.MemoryBytes),
            GenericResources = WriteGeneric(description.Resources.Generic),
        },
        Engine = new NodeEngineDocument
        {
            EngineVersion = description.Engine?.Version.OrNull(),
            Labels = description.Engine?.Labels.OrNull(),
            Plugins = description.Engine?.Plugins.OrNull(plugin => new NodePluginDocument(plugin.Type, plugin.Name)),
        },
        TlsInfo = new TlsInfoDocument
        {
            TrustRoot = description.Tls?.TrustRoot.OrNull(),
            CertIssuerSubject = description.Tls?.CertificateIssuerSubject.AsSpan().ToArray(),
            CertIssuerPublicKey = description.Tls?.CertificateIssuerPublicKey.AsSpan().ToArray(),
        },
    };

    /// <summary>User-defined resources of a node; null without any.</summary>
    public static NodeResourceDocument[]? WriteGeneric(ValueList<GenericResource> resources) =>
        resources.OrNull<GenericResource, NodeResourceDocument>(resource => resource switch
        {
            DiscreteResource discrete => new()
            {
                DiscreteResourceSpec = new(discrete.ResourceKind, discrete.Amount),
            },
            NamedResource named => new() { NamedResourceSpec = new(named.ResourceKind, named.Value) },
            _ => new(),
        });

    private static ManagerStatusDocument Write(ManagerStatus status) => new()
    {
        Leader = status.Leader ? true : null,
        Reachability = NodeText.Write(status.Reachability),
        Addr = status.Address,
    };

    private static long? OrNull(long number) => number == 0 ? null : number;
}
