using BenchmarkDotNet.Running;
using Swarm.Benchmarks;

if (args is ["macro", ..])
{
    return await Macro.RunAsync(args[1..]);
}

BenchmarkSwitcher.FromAssembly(typeof(Macro).Assembly).Run(args);
return 0;
