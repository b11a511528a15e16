namespace Swarm.Hosting.DockerApi;

/// <summary>
/// Reads the settings of a swarm. What is missing or zero has its default, in an update as in init; the task history
/// limit and the number of old snapshots may be zero.
/// </summary>
internal static class SwarmSpecReader
{
    private static readonly ClusterSpec Defaults = new();

    /// <summary>Reads the settings; without a document, the defaults.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public static ClusterSpec Read(SwarmSpecDocument? document)
    {
        if (document?.Name is not (null or "" or "default"))
        {
            throw DockerApiException.BadRequest("swarm spec must be named \"default\"");
        }

        return new ClusterSpec
        {
            Labels = (document?.Labels).ToValues(),
            TaskHistoryRetentionLimit =
                document?.Orchestration?.TaskHistoryRetentionLimit ?? Defaults.TaskHistoryRetentionLimit,
            Raft = ReadRaft(document?.Raft),
            HeartbeatPeriod = DurationOr(Defaults.HeartbeatPeriod, document?.Dispatcher?.HeartbeatPeriod),
            CaConfig = ReadCaConfig(document?.CaConfig),
            DefaultLogDriver = document?.TaskDefaults?.LogDriver is { } driver
                ? new Driver(driver.Name ?? "", driver.Options.ToValues())
                : null,
            AutoLockManagers = document?.EncryptionConfig?.AutoLockManagers ?? false,
        };
    }

    private static RaftSettings ReadRaft(RaftDocument? document) => new(
        document?.SnapshotInterval is null or 0 ? Defaults.Raft.SnapshotInterval : document.SnapshotInterval.Value,
        document?.KeepOldSnapshots ?? Defaults.Raft.KeepOldSnapshots,
        document?.LogEntriesForSlowFollowers is null or 0
            ? Defaults.Raft.LogEntriesForSlowFollowers
            : document.LogEntriesForSlowFollowers.Value,
        document?.ElectionTick is null or 0 ? Defaults.Raft.ElectionTick : document.ElectionTick.Value,
        document?.HeartbeatTick is null or 0 ? Defaults.Raft.HeartbeatTick : document.HeartbeatTick.Value);

    private static CaConfig ReadCaConfig(CaConfigDocument? document) => new()
    {
        NodeCertExpiry = DurationOr(Defaults.CaConfig.NodeCertExpiry, document?.NodeCertExpiry),
        ExternalCas = (document?.ExternalCas).ToValues(ReadExternalCa),
        SigningCaCertificate = document?.SigningCaCertificate ?? "",
        SigningCaKey = document?.SigningCaKey ?? "",
        ForceRotate = document?.ForceRotate ?? 0,
    };

    private static ExternalCa ReadExternalCa(ExternalCaDocument document) =>
        document.Protocol is { } protocol && protocol.Equals("cfssl", StringComparison.OrdinalIgnoreCase)
            ? new ExternalCa("cfssl", document.Url ?? "", document.Options.ToValues(), document.CaCertificate ?? "")
            : throw DockerApiException.BadRequest($"invalid protocol: {GoValues.Quote(document.Protocol ?? "")}");

    private static TimeSpan DurationOr(TimeSpan byDefault, long? nanoseconds) =>
        nanoseconds is null or 0 ? byDefault : nanoseconds.Value.ToDuration();
}
