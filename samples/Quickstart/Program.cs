using Quickstart;

// The same program is the host of the swarm and, started by the swarm with other arguments, the task that it runs.
if (args is ["serve", ..])
{
    await HelloServer.RunAsync();
    return;
}

await QuickstartHost.RunAsync(args);
