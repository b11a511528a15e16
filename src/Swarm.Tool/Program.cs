using System.CommandLine;
using Swarm.Tool.Commands;

var root = new RootCommand("Docker Swarm mode in one process: a daemon that the docker command drives.")
{
    DaemonCommand.Create(),
    RotateCommand.Create("secret"),
    RotateCommand.Create("config"),
};

return await root.Parse(args).InvokeAsync();
