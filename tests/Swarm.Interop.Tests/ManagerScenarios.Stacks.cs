using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

public abstract partial class ManagerScenarios
{
    [SkippableFact]
    public async Task A_stack_file_becomes_services_with_their_secrets_configs_and_networks()
    {
        await OrSkipAsync();
        var folder = Directory.CreateDirectory(Path.Combine(Swarm.Manager.Machine.Folder, "stack"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "key"), "sesame");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "conf"), "listen 80");
        var file = Path.Combine(folder.FullName, "stack.yml");
        await File.WriteAllTextAsync(file, $$"""
            version: "3.8"
            services:
              web:
                image: {{TestImage.First}}
                command: [sleep, "100000"]
                stop_grace_period: 1s
                networks: [back]
                secrets: [key]
                configs:
                  - source: conf
                    target: /etc/site.conf
                deploy:
                  replicas: {{Count}}
              db:
                image: {{TestImage.First}}
                command: [sleep, "100000"]
                stop_grace_period: 1s
                networks: [back]
            networks:
              back: {}
            secrets:
              key: {file: ./key}
            configs:
              conf: {file: ./conf}
            """);

        await Swarm.Docker.OkAsync("stack", "deploy", "--resolve-image", "never", "-c", file, "shop");
        await Swarm.RunningAsync("shop_web", Count);
        await Swarm.RunningAsync("shop_db", 1);
        foreach (var (engine, ids) in await Swarm.ContainersAsync("shop_web"))
        {
            var id = Assert.Single(ids);
            Assert.Equal("sesame", (await engine.ExecAsync(id, "cat", "/run/secrets/key")).Ok());
            Assert.Equal("listen 80", (await engine.ExecAsync(id, "cat", "/etc/site.conf")).Ok());
        }

        Assert.Equal(["shop_db", "shop_web"], (await Swarm.Docker.LinesAsync("stack", "services", "--format", "{{.Name}}", "shop")).Order());
        Assert.Equal(Count + 1, (await Swarm.Docker.LinesAsync("stack", "ps", "-q", "shop")).Length);
        await Swarm.Docker.OkAsync("stack", "rm", "shop");
        await Swarm.BecomesAsync(
            () => Swarm.Docker.LinesAsync("network", "ls", "-q", "--filter", "name=shop_back"), found => found.Length == 0, "its network is gone");
        Assert.Empty(await Swarm.Docker.LinesAsync("secret", "ls", "-q"));
        Assert.Empty(await Swarm.Docker.LinesAsync("config", "ls", "-q"));
    }
}
