using System.Net;
using System.Net.Sockets;

namespace Swarm.DockerCli.Tests;

/// <summary>
/// A task that asks another service by its name, again and again, as any program does that knows nothing of a swarm;
/// what it is answered is in its log.
/// </summary>
internal static class TaskClient
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static async Task<int> AskAsync(string host, int port)
    {
        while (true)
        {
            try
            {
                var addresses = await Dns.GetHostAddressesAsync(host);
                Console.WriteLine($"asked {addresses[0]}: {await HttpCall.GetAsync(addresses[0].ToString(), port)}");
            }
            catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
            {
                Console.WriteLine($"failed: {exception.Message}");
            }

            await Task.Delay(Pause);
        }
    }
}
