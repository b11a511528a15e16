using System.Net;
using Swarm.Net;

// A load balancer without a swarm: one front end, and back ends that come from the command line and drain one by one.
//   dotnet run --project samples/MeshOnly -- 127.0.0.1:8080 127.0.0.1:5001 127.0.0.1:5002
if (args.Length < 2
    || !IPEndPoint.TryParse(args[0], out var listen)
    || !Array.TrueForAll(args, argument => IPEndPoint.TryParse(argument, out _)))
{
    Console.Error.WriteLine("usage: MeshOnly LISTEN:PORT BACKEND:PORT…");
    return 2;
}

var places = Array.ConvertAll(args[1..], IPEndPoint.Parse);
var backends = Array.ConvertAll(places, place => new Backend(place.Address, place.Port));
await using var mesh = new UserspaceDataplane();
var web = new VirtualServer(new Frontend(listen.Address, listen.Port), [.. backends])
{
    Balancer = BalancerKind.LeastConnections,
};
var report = await mesh.ApplyAsync(new MeshState([web]), CancellationToken.None);
foreach (var failure in report.Failures)
{
    Console.Error.WriteLine($"{failure.Frontend} is not open: {failure.Reason}");
}

Console.WriteLine("Enter drains the next back end; the last Enter ends the program.");
for (var drained = 1; drained <= backends.Length && Console.ReadLine() is not null; drained++)
{
    // A state and not a command: what is no longer active gets nothing new, and connections that are open go on.
    var draining = drained;
    await mesh.ApplyAsync(
        new MeshState(
        [
            web with
            {
                Backends =
                [
                    .. backends.Select((backend, i) =>
                        i < draining ? backend with { State = BackendState.Draining } : backend),
                ],
            },
        ]),
        CancellationToken.None);
    foreach (var counters in mesh.ReadCounters())
    {
        Console.WriteLine(
            $"{counters.Backend.Address}:{counters.Backend.Port} {counters.Backend.State}: "
            + $"{counters.ActiveConnections} open, {counters.TotalConnections} in all");
    }
}

return report.Failures.IsEmpty ? 0 : 1;
