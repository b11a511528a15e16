using Swarm.Execution;

// A worker in a swarm of Docker's own managers whose tasks are processes of this machine instead of containers.
//   docker swarm join-token worker            # on a manager, prints address and token
//   dotnet run --project samples/JoinDockerSwarm -- 10.0.0.1:2377 SWMTKN-1-… [directory]
//   docker service create --name clock --constraint node.hostname==processes clock:1
//   docker service logs -f clock
// The managers may as well be of this library; samples/MinimalHost is one.
if (args is not [var manager, var token, ..])
{
    Console.Error.WriteLine("usage: JoinDockerSwarm MANAGER:PORT TOKEN [DIRECTORY]");
    return 2;
}

var builder = Host.CreateApplicationBuilder();
builder.Services
    .AddSwarmWorker(options =>
    {
        options.NodeName = "processes";
        options.JoinAddress = manager;
        options.JoinToken = token;

        // Who this node is lies here: started again it is the same node, and needs no token any more.
        options.DataDirectory = args.Length > 2 ? args[2] : "swarm-data";
    })
    .UseProcessExecutor(options => options.Images.Add("clock:1", new ProcessImage
    {
        Executable = "/bin/sh",
        Arguments = ["-c", "while :; do date; sleep 1; done"],
    }));

await builder.Build().RunAsync();
return 0;
