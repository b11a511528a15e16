using Spectre.Console;
using Swarm;

namespace Quickstart;

/// <summary>Stays up until the user has had enough.</summary>
internal static class Keyboard
{
    public static async Task RunAsync(ISwarmClient swarm, ServiceId service, WebApplication app)
    {
        if (Console.IsInputRedirected)
        {
            await app.WaitForShutdownAsync();
            return;
        }

        AnsiConsole.MarkupLine("\n[bold]k[/] kills a task, [bold]q[/] ends the swarm.");
        while (!app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            if (!Console.KeyAvailable)
            {
                await Task.Delay(50);
                continue;
            }

            switch (char.ToLowerInvariant(Console.ReadKey(intercept: true).KeyChar))
            {
                case 'k':
                    AnsiConsole.Write(await Tasks.KillOneAsync(swarm));
                    await LiveTable.ShowUntilConvergedAsync(swarm, service);
                    break;
                case 'q':
                    await app.StopAsync();
                    return;
                default:
                    break;
            }
        }

        await app.WaitForShutdownAsync();
    }
}
