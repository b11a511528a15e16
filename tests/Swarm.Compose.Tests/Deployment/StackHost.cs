using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Swarm.Execution;

namespace Swarm.Compose.Tests.Deployment;

/// <summary>A swarm of one node that pretends to run tasks.</summary>
internal sealed class StackHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("stack-host-");
    private readonly IHost _host;

    private StackHost(Action<InMemoryExecutor> script)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["Swarm:DataDirectory"] = Path.Combine(_folder.FullName, "data");
        builder.Configuration["Swarm:ListenAddress"] = $"127.{220 + (Environment.ProcessId % 20)}.7.{1 + Random.Shared.Next(250)}:2377";
        builder.Configuration["Swarm:AdvertiseAddress"] = "127.0.0.1";
        builder.Services.AddSwarmManager().UseInMemoryExecutor(script);
        _host = builder.Build();
    }

    public ISwarmClient Client => _host.Services.GetRequiredService<ISwarmClient>();

    public static async Task<StackHost> StartAsync(Action<InMemoryExecutor>? script = null)
    {
        var host = new StackHost(script ?? (_ => { }));
        await host._host.StartAsync();
        return host;
    }

    public async Task<List<Service>> ServicesAsync()
    {
        var services = new List<Service>();
        await foreach (var service in Client.Services.ListAsync())
        {
            services.Add(service);
        }

        return [.. services.OrderBy(service => service.Spec.Name, StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _folder.Delete(recursive: true);
    }
}
