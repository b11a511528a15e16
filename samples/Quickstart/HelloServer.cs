namespace Quickstart;

/// <summary>The task: a small web server on the port that the swarm gave it.</summary>
internal static class HelloServer
{
    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT") ?? "8080"}");
        var app = builder.Build();
        var name = Environment.GetEnvironmentVariable("TASK_NAME");
        app.MapGet("/", () => $"Hello from {name}, process {Environment.ProcessId}\n");
        Console.WriteLine($"{name} listens");
        await app.RunAsync();
    }
}
