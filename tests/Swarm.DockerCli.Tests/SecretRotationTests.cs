using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace Swarm.DockerCli.Tests;

/// <summary>A secret that changes under a service that is in use.</summary>
public sealed class SecretRotationTests(ITestOutputHelper output)
{
    private const int Port = 18_090;
    private const int Replicas = 5;
    private const int Clients = 4;

    [SkippableFact]
    public async Task A_rotated_secret_reaches_every_task_and_comes_back_by_rollback_without_a_failed_request()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.Docker.OkAsync("swarm", "init", "--advertise-addr", daemon.Address);
        await daemon.Docker.OkWithInputAsync("first-value", "secret", "create", "pw", "-");
        await daemon.Docker.OkAsync(
        [
            "service", "create", "-d", "--no-resolve-image", "--name", "web", "--replicas", $"{Replicas}",
            "-p", $"{Port}:80", "-e", "SLOT={{.Task.Slot}}", "--secret", "pw",
            "--health-cmd", TaskServer.HealthCommand, "--health-interval", "200ms",
            "--update-order", "start-first", "--rollback-order", "start-first",
            "host", .. TaskServer.CommandLine,
        ]);
        await AllAnswerWithAsync(daemon, "first-value");

        using var stop = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var load = Enumerable.Range(0, Clients).Select(_ => CallAsync(daemon.Address, failures, stop.Token)).ToArray();

        await Rotation.RunAsync(daemon.Docker, "secret", "pw", "second-value");
        await AllAnswerWithAsync(daemon, "second-value");
        await daemon.Docker.OkAsync("service", "rollback", "-d", "web");
        await AllAnswerWithAsync(daemon, "first-value");

        await stop.CancelAsync();
        var requests = (await Task.WhenAll(load)).Sum();
        Assert.Empty(failures);
        Assert.True(requests > 100, $"only {requests} requests");
        output.WriteLine($"{requests} requests, none failed");
    }

    private static Task AllAnswerWithAsync(DaemonProcess daemon, string value) => Eventually.BecomesAsync(
        async () =>
        {
            var answers = new List<string>();
            for (var i = 0; i < 2 * Replicas; i++)
            {
                answers.Add(await HttpCall.TryGetAsync(daemon.Address, Port));
            }

            return string.Join('\n', answers);
        },
        answers => answers.Split('\n').All(answer => answer.EndsWith(value, StringComparison.Ordinal))
            && answers.Split('\n').Select(answer => answer.Split(' ')[0]).Distinct().Count() == Replicas,
        $"all tasks answer with {value}");

    private static async Task<int> CallAsync(string address, ConcurrentQueue<string> failures, CancellationToken stop)
    {
        var requests = 0;
        for (; !stop.IsCancellationRequested; requests++)
        {
            var answer = await HttpCall.TryGetAsync(address, Port);
            if (!answer.Contains("-value", StringComparison.Ordinal))
            {
                failures.Enqueue(answer);
            }
        }

        return requests;
    }
}
