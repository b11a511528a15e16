using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Swarm.Benchmarks;

if (args is ["macro", ..])
{
    return await Macro.RunAsync(args[1..]);
}

// Benchmarks run in a process that is built for them, with all that they need. That takes as long as any build of it, less
// the analyzers, and more than the two minutes that there are by default.
Environment.SetEnvironmentVariable("RunAnalyzers", "false");
BenchmarkSwitcher.FromAssembly(typeof(Macro).Assembly)
    .Run(args, ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(15)));
return 0;
