using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>Commands beside tasks, as <c>docker events</c> tells of them: asked for, begun, ended.</summary>
internal sealed class ExecEvents(EventHistory history, TimeProvider time)
{
    public void Created(ContainerInfo container, ExecRecord record) =>
        Add($"exec_create: {CommandOf(record)}", container, record);

    /// <summary>Tells of the start now and of the end when it comes.</summary>
    public void Started(ContainerInfo container, ExecRecord record, IExecProcess process)
    {
        Add($"exec_start: {CommandOf(record)}", container, record);
        _ = FollowAsync(container, record, process);
    }

    private async Task FollowAsync(ContainerInfo container, ExecRecord record, IExecProcess process)
    {
        var code = await process.Exited;
        Add("exec_die", container, record, code.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string CommandOf(ExecRecord record) => string.Join(' ', record.Request.Cmd!);

    private void Add(string action, ContainerInfo container, ExecRecord record, string exitCode = "")
    {
        var attributes = container.Labels
            .With("execID", record.Id)
            .With("image", container.Image)
            .With("name", container.Name);
        history.Add(new EngineEvent(
            "container",
            action,
            container.Id,
            exitCode.Length > 0 ? attributes.With("exitCode", exitCode) : attributes,
            time.GetUtcNow())
        {
            Scope = "local",
        });
    }
}
