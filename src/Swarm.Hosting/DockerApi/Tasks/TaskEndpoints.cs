using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/tasks</c>. Output is in <see cref="LogEndpoints"/>.</summary>
internal static class TaskEndpoints
{
    public static void Map(DockerRouter router)
    {
        router.Map(HttpMethods.Get, "/tasks", ListAsync);
        router.Map(HttpMethods.Get, "/tasks/{id}", GetAsync);
    }

    private static async Task ListAsync(DockerCall call)
    {
        var filters = call.Filters(
            "id", "name", "label", "service", "node", "desired-state", "runtime", "_up-to-date");
        var filter = await TaskFilter.ResolveAsync(filters, call);
        await call.WriteListAsync(ListAsync(call, filter), ServiceJson.Wire.TaskDocument);
    }

    private static async IAsyncEnumerable<TaskDocument> ListAsync(DockerCall call, TaskFilter filter)
    {
        await foreach (var task in call.Client.Tasks.ListAsync(filter.Query, call.Cancellation))
        {
            if (filter.Matches(task))
            {
                yield return TaskWriter.Write(task);
            }
        }
    }

    private static async Task GetAsync(DockerCall call)
    {
        var task = await Lookups.FindTaskAsync(call, call["id"]);
        await call.WriteAsync(TaskWriter.Write(task), ServiceJson.Wire.TaskDocument);
    }
}
