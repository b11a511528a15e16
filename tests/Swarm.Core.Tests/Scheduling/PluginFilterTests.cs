namespace Swarm.Core.Tests.Scheduling;

public sealed class PluginFilterTests
{
    private static readonly EnginePlugin Log = new("Log", "json-file");
    private static readonly EnginePlugin Overlay = new("Network", "overlay");

    [Fact]
    public void Scenario_056_A_node_without_an_engine_passes()
    {
        Assert.True(Fits(Logging("gelf"), Given.Node("a")));
        Assert.True(Fits(Logging("gelf"), Given.Node("a") with { Description = null }));
    }

    [Theory]
    [InlineData("json-file", true)]
    [InlineData("gelf", false)]
    [InlineData("none", true)]
    [InlineData("", true)]
    public void Scenario_056_Log_drivers_must_be_there_if_any_are_reported(string driver, bool fits)
    {
        Assert.Equal(fits, Fits(Logging(driver), With(Log)));
        Assert.True(Fits(Logging(driver), With(Overlay)));
    }

    [Theory]
    [InlineData("nfs", "nfs", true)]
    [InlineData("nfs", "nfs:latest", true)]
    [InlineData("nfs", "nfs:1", false)]
    [InlineData("nfs", "nfsx", false)]
    [InlineData("local", "other", true)]
    [InlineData("", "other", true)]
    public void Scenario_056_Volume_drivers_match_exactly_or_as_latest(string driver, string plugin, bool fits)
    {
        var mount = new Mount { Type = MountType.Volume, Volume = new VolumeOptions { Driver = new Driver(driver) } };
        var task = Given.Task("t", spec: new TaskSpec { Workload = new ContainerSpec { Mounts = [mount] } });

        Assert.Equal(fits, Fits(task, With(new EnginePlugin("Volume", plugin))));
    }

    [Fact]
    public void Scenario_056_Network_drivers_of_all_attached_networks_must_be_there()
    {
        Assert.True(Fits(Attached("overlay"), With(Overlay)));
        Assert.False(Fits(Attached("overlay", "weave"), With(Overlay)));
        Assert.False(Fits(Attached("overlay"), With(new EnginePlugin("Volume", "overlay"))));
        Assert.True(Fits(Attached(""), With(Log)));
    }

    private static bool Fits(SwarmTask task, Node node)
    {
        var plan = Given.Schedule([node], [task]);
        Assert.All(plan.Unplaced, unplaced => Assert.Equal(
            "no suitable node (missing plugin on 1 node)",
            unplaced.Explanation.ToString()));
        return plan.Assigned.Count == 1;
    }

    private static Node With(params EnginePlugin[] plugins) => Given.Node("a") with
    {
        Description = new NodeDescription { Engine = new EngineDescription { Plugins = [.. plugins] } },
    };

    private static SwarmTask Logging(string driver) =>
        Given.Task("t", spec: new TaskSpec { LogDriver = new Driver(driver) });

    private static SwarmTask Attached(params string[] drivers) => Given.Task("t") with
    {
        Networks = [.. drivers.Select(driver => new NetworkAttachment
        {
            Network = new Network
            {
                Id = new NetworkId("n"),
                Spec = new NetworkSpec(),
                DriverState = new Driver(driver),
            },
        })],
    };
}
