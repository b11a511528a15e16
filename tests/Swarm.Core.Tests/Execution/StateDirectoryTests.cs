using Swarm.Execution;

namespace Swarm.Core.Tests.Execution;

public sealed class StateDirectoryTests
{
    [SkippableFact]
    public async Task A_task_starts_where_the_state_directory_is_relative_to_that_of_the_process()
    {
        await using var harness = new ProcessHarness(options =>
            options.StateDirectory = Path.GetRelativePath(Environment.CurrentDirectory, options.StateDirectory));

        Assert.Equal(new TaskExit(0), await harness.RunAsync(harness.Script("test -d \"$PWD\"")));
    }
}
