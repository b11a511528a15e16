namespace Swarm.Hosting.DockerApi;

/// <summary>Finds what a client names; a miss is told in the engine's words, without a gRPC code in front.</summary>
internal static class Lookups
{
    public static Task<Service> FindServiceAsync(DockerCall call, string reference) =>
        FindAsync(() => call.Client.Services.FindAsync(reference, call.Cancellation));

    public static Task<SwarmTask> FindTaskAsync(DockerCall call, string reference) =>
        FindAsync(() => call.Client.Tasks.FindAsync(reference, call.Cancellation));

    public static Task<Node> FindNodeAsync(DockerCall call, string reference) =>
        FindAsync(() => call.Client.Nodes.FindAsync(reference, call.Cancellation));

    public static Task<Secret> FindSecretAsync(DockerCall call, string reference) =>
        FindAsync(() => call.Client.Secrets.FindAsync(reference, call.Cancellation));

    public static Task<Config> FindConfigAsync(DockerCall call, string reference) =>
        FindAsync(() => call.Client.Configs.FindAsync(reference, call.Cancellation));

    public static Task<Network> FindNetworkAsync(DockerCall call, string reference) =>
        FindAsync(() => call.Client.Networks.FindAsync(reference, call.Cancellation));

    // Inside the delegate also what throws before there is a task to await.
    private static async Task<T> FindAsync<T>(Func<Task<T>> find)
    {
        try
        {
            return await find();
        }
        catch (SwarmException e)
        {
            throw DockerErrors.Plain(e);
        }
    }
}
